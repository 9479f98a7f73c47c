import { formatCount } from "../format";
import type { CountTokens } from "./caption-tokens";
import type {
  CaptionReport,
  ClassCount,
  ClassReport,
  DatasetFormat,
  DatasetReport,
  ImageReport,
  PlanFields,
} from "./dataset-report";
import type { Entry, Fault, FaultCode } from "./entry";
import type { ImageFacts } from "./image-check";

/** The source chapter's bound for a balanced dataset. */
const IMBALANCE_LIMIT = 10;

const FIRST_FAULTS = 20;
const LISTED_CLASSES = 100;
const LISTED_ENDINGS = 8;
const LISTED_FILES = 5;

/** Adds entries up: memory grows with classes, not with entries. */
export class Tally {
  private entryCount = 0;
  private readonly splits = new Map<string, number>();
  /** By split, then by label. */
  private readonly labels = new Map<string, Map<string, number>>();
  private labelled = 0;
  private captioned = 0;
  private captionCount = 0;
  private captionsEmpty = 0;
  private captionsLong = 0;
  private tokenSum = 0;
  private longestTokens = 0;
  private imagesNamed = 0;
  private checked = 0;
  private byteSum = 0;
  /** How many images have a shorter side of so many pixels. */
  private readonly sides = new Map<number, number>();
  /** By the end of their names. */
  private readonly others = new Map<string, number>();
  private readonly fresh: Fault[] = [];
  private readonly faultsByCode = new Map<FaultCode, { count: number; first: Fault[] }>();

  /** @param contextLength  tokens that the model reads, start and end included */
  constructor(private readonly contextLength: number) {}

  /** Faults since this was last asked, so that all of them can be told without all being kept. */
  takeFaults(): Fault[] {
    return this.fresh.splice(0);
  }

  addFault(fault: Fault): void {
    this.fresh.push(fault);
    const known = this.faultsByCode.get(fault.code) ?? { count: 0, first: [] };
    known.count += 1;
    if (known.first.length < FIRST_FAULTS) known.first.push(fault);
    this.faultsByCode.set(fault.code, known);
  }

  /** @param countTokens  null is for entries without a caption */
  addEntry({ split, label, captions, image, where }: Entry, countTokens: CountTokens | null): void {
    this.entryCount += 1;
    this.splits.set(split, (this.splits.get(split) ?? 0) + 1);
    if (image !== null) this.imagesNamed += 1;
    if (label !== null) {
      this.labelled += 1;
      const counts = this.labels.get(split) ?? new Map<string, number>();
      counts.set(label, (counts.get(label) ?? 0) + 1);
      this.labels.set(split, counts);
    }
    if (captions.length === 0) return;
    if (countTokens === null) throw new Error("a caption came before there was anything to count its tokens with");
    this.captioned += 1;
    for (const caption of captions) this.addCaption(caption, where, countTokens);
  }

  addOtherFile(name: string): void {
    const ending = /\.[^.]+$/.exec(name)?.[0].toLowerCase() ?? "without an ending";
    this.others.set(ending, (this.others.get(ending) ?? 0) + 1);
  }

  /** Whether there was nothing to tell: neither entries nor faults. */
  get isEmpty(): boolean {
    return this.entryCount === 0 && this.faultsByCode.size === 0;
  }

  /** Such as `3 .txt, 1 .md`; the most frequent first. */
  otherFiles(): string {
    const byCount = [...this.others].sort(([, a], [, b]) => b - a).slice(0, LISTED_ENDINGS);
    return byCount.map(([ending, count]) => `${formatCount(count)} ${ending}`).join(", ");
  }

  private addCaption(caption: string, where: string, countTokens: CountTokens): void {
    this.captionCount += 1;
    if (caption.trim() === "") {
      this.captionsEmpty += 1;
      this.addFault({ where, code: "empty_caption", message: "has an empty caption" });
      return;
    }
    const tokens = countTokens(caption);
    this.tokenSum += tokens;
    this.longestTokens = Math.max(this.longestTokens, tokens);
    if (tokens <= this.contextLength) return;
    this.captionsLong += 1;
    const message = `has a caption of ${tokens} tokens; the model reads ${this.contextLength} and the rest is cut off`;
    this.addFault({ where, code: "long_caption", message });
  }

  addImage({ byteCount, width, height }: ImageFacts): void {
    this.checked += 1;
    this.byteSum += byteCount;
    const side = Math.min(width, height);
    this.sides.set(side, (this.sides.get(side) ?? 0) + 1);
  }

  /** @param passedOver  files that might be lists and were not read */
  report(format: DatasetFormat, passedOver: readonly string[]): DatasetReport {
    const classes = this.classReport();
    const captions = this.captionReport();
    const images = this.imageReport();
    return {
      schemaVersion: 1,
      format,
      entryCount: this.entryCount,
      splits: [...this.splits].map(([name, count]) => ({ name, count })),
      classes,
      captions,
      images,
      faults: Object.fromEntries(this.faultsByCode),
      plan: this.planFields(classes, images),
      findings: [
        ...(this.entryCount === 0 ? ["There is no entry in it."] : []),
        ...findingsOf(classes, captions, images),
        ...this.passedOverFindings(passedOver),
      ],
    };
  }

  private classReport(): ClassReport | null {
    if (this.labels.size === 0) return null;
    const all = new Set([...this.labels.values()].flatMap((counts) => [...counts.keys()]));
    // Imbalance matters where a model learns from it.
    const learned = this.labels.get("train") ?? merged([...this.labels.values()]);
    const byCount: ClassCount[] = [...learned]
      .map(([name, count]) => ({ name, count }))
      .sort((a, b) => b.count - a.count);
    const [largest, smallest] = [byCount[0], byCount.at(-1)];
    if (largest === undefined || smallest === undefined) return null;
    return {
      count: all.size,
      unlabelled: this.entryCount - this.labelled,
      largest,
      smallest,
      imbalance: largest.count / smallest.count,
      byCount: byCount.slice(0, LISTED_CLASSES),
      missingIn: Object.fromEntries([...this.labels].map(([split, counts]) => [split, all.size - counts.size])),
    };
  }

  private captionReport(): CaptionReport {
    const filled = this.captionCount - this.captionsEmpty;
    return {
      given: this.captioned,
      missing: this.entryCount - this.captioned,
      empty: this.captionsEmpty,
      tooLong: this.captionsLong,
      contextLength: this.contextLength,
      longestTokens: this.longestTokens,
      meanTokens: filled === 0 ? null : this.tokenSum / filled,
    };
  }

  private imageReport(): ImageReport {
    const sides = [...this.sides].sort(([a], [b]) => a - b);
    const [unreadable, missing] = [this.countOf("unreadable_image"), this.countOf("missing_image")];
    return {
      named: this.imagesNamed,
      checked: this.checked + unreadable + missing,
      unreadable,
      missing,
      meanBytes: this.checked === 0 ? null : this.byteSum / this.checked,
      smallestSide: sides[0]?.[0] ?? null,
      medianSide: medianOf(sides, this.checked),
      largestSide: sides.at(-1)?.[0] ?? null,
    };
  }

  private planFields(classes: ClassReport | null, { meanBytes }: ImageReport): PlanFields {
    // A dataset without splits is one to be split: all of it is named, none of it validation.
    const known = ["train", "val", "test"].some((split) => this.splits.has(split));
    const train = known ? this.splits.get("train") : this.entryCount;
    const validation = this.splits.get("val");
    return {
      ...(train === undefined || train === 0 ? {} : { trainSampleCount: train }),
      ...(validation === undefined ? {} : { validationSampleCount: validation }),
      ...(classes === null ? {} : { classCount: classes.count }),
      ...(meanBytes === null ? {} : { averageImageBytes: Math.round(meanBytes) }),
    };
  }

  private passedOverFindings(passedOver: readonly string[]): string[] {
    const more = passedOver.length > LISTED_FILES ? ` and ${formatCount(passedOver.length - LISTED_FILES)} more` : "";
    return [
      ...(passedOver.length === 0
        ? []
        : [
            `Not read beside it: ${passedOver.slice(0, LISTED_FILES).join(", ")}${more}. Give a file by its own path to read it.`,
          ]),
      ...(this.others.size === 0 ? [] : [`Files that are no images were passed over: ${this.otherFiles()}.`]),
    ];
  }

  private countOf(code: FaultCode): number {
    return this.faultsByCode.get(code)?.count ?? 0;
  }
}

/** @param ascending  values with how often each occurs */
function medianOf(ascending: readonly (readonly [value: number, count: number])[], total: number): number | null {
  let before = 0;
  for (const [value, count] of ascending) {
    before += count;
    if (before > total / 2) return value;
  }
  return null;
}

function merged(counts: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const each of counts) for (const [name, count] of each) sums.set(name, (sums.get(name) ?? 0) + count);
  return sums;
}

function findingsOf(classes: ClassReport | null, captions: CaptionReport, images: ImageReport): string[] {
  const findings: string[] = [];
  if (classes !== null && classes.imbalance > IMBALANCE_LIMIT) {
    findings.push(
      `Classes are out of balance: ${classes.largest.name} has ${formatCount(classes.largest.count)}, ${classes.smallest.name} ${formatCount(classes.smallest.count)}.`,
    );
  }
  for (const [split, count] of Object.entries(classes?.missingIn ?? {})) {
    if (count > 0)
      findings.push(
        `The split ${split} lacks ${formatCount(count)} of the ${formatCount(classes?.count ?? 0)} classes.`,
      );
  }
  if (classes !== null && classes.unlabelled > 0)
    findings.push(`${entries(classes.unlabelled)} no label, others have.`);
  if (captions.given > 0 && captions.missing > 0)
    findings.push(`${entries(captions.missing)} no caption, others have.`);
  if (captions.tooLong > 0) {
    const [are, they] = captions.tooLong === 1 ? ["caption is", "it"] : ["captions are", "they"];
    findings.push(
      `${formatCount(captions.tooLong)} ${are} longer than ${captions.contextLength} tokens: ${they} would be cut off.`,
    );
  }
  const [missing, unreadable, checked, named] = [images.missing, images.unreadable, images.checked, images.named].map(
    formatCount,
  );
  if (images.missing > 0) findings.push(`${missing} of ${checked} images looked for are not there.`);
  if (images.unreadable > 0) findings.push(`${unreadable} of ${checked} images looked at cannot be read.`);
  if (images.checked === 0 && images.named > 0) {
    findings.push(
      `None of the ${named} images was looked at: they did not come with the list, so that their size on the disk is not known.`,
    );
  } else if (images.checked < images.named) {
    findings.push(`${checked} of ${named} images were looked at, spread evenly by chance.`);
  }
  return findings;
}

function entries(count: number): string {
  return count === 1 ? "1 entry has" : `${formatCount(count)} entries have`;
}
