// Without this the texts are selected and copied by hand.
for (const button of document.querySelectorAll("button[data-copie]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copie);
    text.select();
    await navigator.clipboard.writeText(text.value);
    button.textContent = `${button.dataset.copie} : copié`;
  });
}
