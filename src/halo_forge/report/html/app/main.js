setUpTheme();
setUpFilters(() => {
  page = 0;
  showList();
});
setUpList();
showList();
document.documentElement.dataset.ready = "";
