// Light, dark or as the device says: shown at once, kept in a cookie that the server reads.
// Without scripts the same buttons post to /settings/theme.
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-set-theme]');
  if (!button) return;
  event.preventDefault();
  event.stopPropagation();
  const theme = button.dataset.setTheme;
  const secure = location.protocol === 'https:' ? '; secure' : '';
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax${secure}`;
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  const scheme = document.querySelector('meta[name="color-scheme"]');
  scheme?.setAttribute('content', theme === 'auto' ? 'light dark' : theme);
  for (const other of document.querySelectorAll('[data-set-theme]')) {
    other.setAttribute('aria-pressed', String(other.dataset.setTheme === theme));
  }
}, true);
