export default function Home() {
  return (
    <main>
      <h1>Headroom</h1>
    </main>
  );
}
