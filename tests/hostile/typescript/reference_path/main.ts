/// <reference path="/etc/passwd" />
console.log(1);
