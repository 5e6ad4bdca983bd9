// A page without samples: nothing but light and dark.

setUpTheme();
document.documentElement.dataset.ready = "";
