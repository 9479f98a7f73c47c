import { PACE_SHARPNESS } from "../../catalogue/kernel-efficiencies";

/**
 * Seconds of a step that the card works through for some of them while the host hands over kernels for others: no less
 * than the longer, and more where both are alike. Within a step now the one is ahead and now the other, small kernels
 * wait for the host and large ones for the card, and what the one waits the other does not make up for.
 */
export function pacedSeconds(cardSeconds: number, hostSeconds: number, sharpness: number = PACE_SHARPNESS): number {
  const [shorter, longer] = cardSeconds < hostSeconds ? [cardSeconds, hostSeconds] : [hostSeconds, cardSeconds];
  if (shorter === 0) return longer;
  return longer * (1 + (shorter / longer) ** sharpness) ** (1 / sharpness);
}
