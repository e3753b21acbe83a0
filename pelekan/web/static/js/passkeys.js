// Passkeys: signing in without typing, and adding one in the profile. Without them the page offers its other ways.
const known = "PublicKeyCredential" in globalThis && PublicKeyCredential.parseCreationOptionsFromJSON;

async function post(url, body) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const headers = { "X-CSRFToken": token, "Content-Type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body ?? {}) });
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.error);
  return found;
}

function tell(place, words) {
  const line = place.querySelector("[role=alert]");
  if (words) line.querySelector("span").textContent = words;
  line.hidden = false;
}

const enter = document.querySelector("[data-passkey-enter]");
if (enter && known) {
  enter.hidden = false;
  enter.querySelector("button").addEventListener("click", async () => {
    try {
      const { publicKey } = await post(enter.dataset.passkeyEnter);
      const key = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
      location.assign((await post(enter.dataset.finish, { key: key.toJSON() })).to);
    } catch (fault) {
      // whoever closes the browser's dialog knows that he did
      if (fault.name !== "NotAllowedError") tell(enter, fault.name === "Error" ? fault.message : "");
    }
  });
}

const add = document.querySelector("[data-passkey-add]");
if (add && known) {
  add.hidden = false;
  add.addEventListener("submit", async event => {
    event.preventDefault();
    try {
      const { publicKey } = await post(add.dataset.passkeyAdd);
      const key = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) });
      const { to } = await post(add.dataset.finish, { key: key.toJSON(), name: add.elements.name.value });
      const there = new URL(to, location.href);
      history.replaceState(null, "", there.pathname + there.search + there.hash);
      location.reload();
    } catch (fault) {
      if (fault.name !== "NotAllowedError") tell(add, fault.message);
    }
  });
} else if (add) document.querySelector("[data-no-passkey]").hidden = false;
