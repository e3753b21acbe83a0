// How many parts a text message takes, for whoever is writing one; the same count as pelekan/channels/sms/parts.py.
const GSM = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
const EXTENDED = new Set("\f^{}\\[~]|€");

/** {count, left, units, unicode}: parts, the room in the last one, places used. */
export function parts(text) {
  const letters = [...text];
  const unicode = letters.some((letter) => !GSM.has(letter) && !EXTENDED.has(letter));
  const sizes = letters.map((letter) => unicode ? letter.length : GSM.has(letter) ? 1 : 2);
  const [alone, each] = unicode ? [70, 67] : [160, 153];
  const units = sizes.reduce((sum, size) => sum + size, 0);
  if (units <= alone) return { count: 1, left: alone - units, units, unicode };
  let count = 1;
  let filled = 0;
  for (const size of sizes) {
    if (filled + size > each) { count += 1; filled = 0; }
    filled += size;
  }
  return { count, left: each - filled, units, unicode };
}

const numberingSystem = { "۰": "arabext", "٠": "arab" }[globalThis.document?.documentElement.dataset.digits] || "latn";

/** Writes into `place` how long `text` is, in its own words (data-words with {parts} and {left}); marks what is too long. */
export function tell(place, text, most = 0) {
  const { count, left } = parts(text);
  const number = (value) => new Intl.NumberFormat("en", { numberingSystem, useGrouping: false }).format(value);
  place.textContent = place.dataset.words.replace("{parts}", number(count)).replace("{left}", number(left));
  place.classList.toggle("bad", most > 0 && count > most);
}
