// In a row of places that scrolls, the one where one is shall be seen.
for (const here of document.querySelectorAll(".tabs [aria-current], .desk-nav [aria-current]")) {
  const row = here.closest(".tabs, .desk-nav ul");
  const { left, right } = row.getBoundingClientRect();
  const place = here.getBoundingClientRect();
  if (place.left < left || place.right > right) row.scrollLeft += place.left - left - (right - left - place.width) / 2;
}
