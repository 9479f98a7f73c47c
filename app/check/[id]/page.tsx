import type { Metadata } from "next";
import { cookies } from "next/headers";
import { cancelCheckAction, readCheckAction, useOfCheckAction } from "@/app/check-actions";
import { CheckView } from "@/components/check/CheckView";
import { UNIT_COOKIE, unitFromCookie } from "@/components/ui/unit-cookie";

export const metadata: Metadata = { title: "A check on this machine", robots: { index: false } };

/** One check, while it goes on and afterwards. */
export default async function OneCheckPage({ params }: { params: Promise<{ readonly id: string }> }) {
  const { id } = await params;
  const [initial, cookieStore] = await Promise.all([readCheckAction(id, null), cookies()]);
  return (
    <main id="main" className="mx-auto w-full max-w-[92rem] px-4 py-4 sm:px-6 sm:py-6">
      <h1 className="mb-4 text-2xl font-semibold tracking-tight">A check on this machine</h1>
      <CheckView
        id={id}
        initial={initial}
        initialUnit={unitFromCookie(cookieStore.get(UNIT_COOKIE)?.value)}
        actions={{ read: readCheckAction, cancel: cancelCheckAction, use: useOfCheckAction }}
      />
    </main>
  );
}
