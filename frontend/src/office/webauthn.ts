/** Security keys and passkeys: hands the server's options to the browser and its answer back in a hidden field. */
import { t } from "../i18n/index.ts";

type Json = Record<string, unknown>;

/** Base64url without padding, as WebAuthn's JSON has it. */
export function toBase64Url(buffer: ArrayBuffer): string {
  let text = "";
  for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export function fromBase64Url(text: string): ArrayBuffer {
  const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = new Uint8Array(raw.length);
  for (let index = 0; index < raw.length; index++) bytes[index] = raw.charCodeAt(index);
  return bytes.buffer;
}

interface Descriptor {
  id: string;
  type: PublicKeyCredentialType;
  transports?: AuthenticatorTransport[];
}

function descriptors(listed: unknown): PublicKeyCredentialDescriptor[] {
  return ((listed as Descriptor[] | undefined) ?? []).map((item) => ({ ...item, id: fromBase64Url(item.id) }));
}

/** The `publicKey` part of the server's JSON as the browser wants it. */
export function creationOptions(json: Json): PublicKeyCredentialCreationOptions {
  const user = json["user"] as Json;
  return {
    ...json,
    challenge: fromBase64Url(json["challenge"] as string),
    user: { ...user, id: fromBase64Url(user["id"] as string) },
    excludeCredentials: descriptors(json["excludeCredentials"]),
  } as unknown as PublicKeyCredentialCreationOptions;
}

export function requestOptions(json: Json): PublicKeyCredentialRequestOptions {
  return {
    ...json,
    challenge: fromBase64Url(json["challenge"] as string),
    allowCredentials: descriptors(json["allowCredentials"]),
  } as unknown as PublicKeyCredentialRequestOptions;
}

/** The browser's answer as JSON text; the same for a new key and for one that is asked. */
export function answerText(credential: PublicKeyCredential): string {
  const response: Json = { clientDataJSON: toBase64Url(credential.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    const part = (credential.response as unknown as Record<string, unknown>)[name];
    if (part instanceof ArrayBuffer) response[name] = toBase64Url(part);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: toBase64Url(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
  });
}

function options(selector: string): Json {
  const held = document.querySelector(selector)?.textContent ?? "{}";
  return ((JSON.parse(held) as Json)["publicKey"] ?? {}) as Json;
}

/** Runs the ceremony and says below the field what went wrong; the browser's own words are for nobody. */
async function answered(form: HTMLFormElement, ask: () => Promise<Credential | null>): Promise<string | null> {
  const place = form.querySelector<HTMLElement>("[data-key-error]");
  if (place) place.hidden = true;
  try {
    const credential = await ask();
    if (credential instanceof PublicKeyCredential) return answerText(credential);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    if (place) {
      place.textContent = t(error.name === "InvalidStateError" ? "key.known" : "key.failed");
      place.hidden = false;
    }
  }
  return null;
}

/** `data-key-ask` on a button: one of the person's keys answers; its form is sent with the answer. */
export function bindKeyAsk(root: ParentNode): void {
  for (const button of root.querySelectorAll<HTMLButtonElement>("[data-key-ask]")) {
    const form = button.closest("form");
    const field = document.querySelector<HTMLInputElement>(button.dataset["keyField"] ?? "");
    if (!form || !field || !window.PublicKeyCredential) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      const publicKey = requestOptions(options(button.dataset["keyAsk"] ?? ""));
      void answered(form, () => navigator.credentials.get({ publicKey })).then((text) => {
        if (text === null) return;
        field.value = text;
        form.submit();
      });
    });
  }
}

/** `data-key-add` on a form: a new key is made before the form is sent. */
export function bindKeyAdd(root: ParentNode): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-key-add]")) {
    const field = form.querySelector<HTMLInputElement>("input[name=key]");
    if (!field || !window.PublicKeyCredential) continue;
    form.addEventListener("submit", (event) => {
      if (field.value) return;
      event.preventDefault();
      const publicKey = creationOptions(options(form.dataset["keyAdd"] ?? ""));
      void answered(form, () => navigator.credentials.create({ publicKey })).then((text) => {
        if (text === null) return;
        field.value = text;
        form.submit();
      });
    });
  }
}
