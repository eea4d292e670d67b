/** Says it to those who listen to the page, once, without moving their focus. */
export function announce(sentence: string): void {
  const announcer = document.getElementById("announcer");
  if (announcer) {
    announcer.textContent = sentence;
  }
}
