"use strict";
// What the scripts of all pages share: the data of the page in `R`; no request, no library.
const R = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const make = (name, attributes = {}, ...inside) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...inside);
  return element;
};
const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const floatsOf = (text) => new Float32Array(bytesOf(text).buffer);
const number = (value, digits = 4) => Number(value).toLocaleString("en", { maximumSignificantDigits: digits });
const hex = (c) => "#" + c.slice(0, 3).map((v) => v.toString(16).padStart(2, "0")).join("");
const fitted = (canvas) => {   // as many pixels as the screen has
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.max(1, canvas.clientWidth * ratio);
  canvas.height = Math.max(1, canvas.clientHeight * ratio);
  return canvas.getContext("2d");
};
const style = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();
