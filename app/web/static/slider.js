/* While a slider is dragged its label says what it stands at (its datalist), and letting go shows
   that. By the keyboard one goes step by step, and Enter shows it, as without this file. */

for (const slider of document.querySelectorAll("input[type=range][list]")) {
  let dragged = false;
  slider.addEventListener("pointerdown", () => { dragged = true; });
  slider.addEventListener("keydown", () => { dragged = false; });
  slider.addEventListener("input", () => {
    const { label } = slider.list.options[slider.value - slider.min];
    slider.labels[0].textContent = label;
    slider.setAttribute("aria-valuetext", label);
  });
  slider.addEventListener("change", () => { if (dragged) slider.form.requestSubmit(); });
}
