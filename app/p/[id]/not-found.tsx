export default function PlanNotFound() {
  return (
    <main id="main" className="mx-auto w-full max-w-2xl px-4 py-20 sm:px-6">
      <h1 className="text-3xl font-semibold tracking-tight">No plan is stored under this id</h1>
      <p className="mt-3">
        Ids tell capital and small letters apart and are often cut short when they are copied: compare the end of the
        address with the one you were sent. If it is the same, the plan was saved on another server.
      </p>
      <a href="/" className="button button-primary mt-6">
        Plan a new run
      </a>
    </main>
  );
}
