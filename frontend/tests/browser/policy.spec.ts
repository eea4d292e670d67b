import { expect, test } from "./harness/fixtures";

test("what is put into a page is neither run nor obeyed", async ({
  page,
  registrar,
  complaints,
}) => {
  await page.goto(registrar.url);
  await page.evaluate(() => {
    document.body.insertAdjacentHTML("beforeend", `<p style="color: red" id="styled">x</p>`);
    const script = document.createElement("script");
    script.textContent = "document.body.dataset.run = 'yes'";
    document.body.append(script);
    const image = document.createElement("img");
    image.src = "https://elsewhere.example/pixel.png";
    document.body.append(image);
  });
  await expect.poll(() => complaints.length).toBe(3);
  await expect(page.locator("body[data-run]")).toHaveCount(0);
  await expect(page.locator("#styled")).not.toHaveCSS("color", "rgb(255, 0, 0)");
  // These were meant to be; see the fixture.
  complaints.length = 0;
});
