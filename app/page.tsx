export default function Home() {
  return <main>Headroom</main>;
}
