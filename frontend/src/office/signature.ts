/** Signing on the screen: what is drawn becomes a picture in the form's own file field. Without script the field takes a picture, and a
 * name can be typed instead. */
import { el } from "../shell/dom.ts";

const INK_WIDTH_PX = 2.5;
const NAME = "signature.png";

/** `data-signature`: id of the file field; `data-signature-label` and `-clear`: words. */
export function bindSignature(root: ParentNode): void {
  for (const place of root.querySelectorAll<HTMLElement>("[data-signature]")) {
    const field = document.getElementById(place.dataset["signature"] ?? "");
    if (field instanceof HTMLInputElement && place.childElementCount === 0) new SignaturePad(place, field);
  }
}

class SignaturePad {
  private readonly canvas: HTMLCanvasElement;
  private readonly field: HTMLInputElement;
  private isDrawing = false;

  constructor(place: HTMLElement, field: HTMLInputElement) {
    this.field = field;
    const label = place.dataset["signatureLabel"] ?? "";
    this.canvas = el("canvas", { class: "signature__pad", role: "img", "aria-label": label });
    const clear = el("button", { type: "button", class: "button button--small", onclick: () => this.clear() }, place.dataset["signatureClear"] ?? "");
    place.append(el("p", { class: "field__label" }, label), this.canvas, clear);
    this.canvas.addEventListener("pointerdown", (event) => this.begin(event));
    this.canvas.addEventListener("pointermove", (event) => this.draw(event));
    for (const name of ["pointerup", "pointercancel"]) this.canvas.addEventListener(name, () => this.end());
  }

  /** The drawing surface has as many points as the screen shows; it is measured when first touched. */
  private surface(): CanvasRenderingContext2D | null {
    const context = this.canvas.getContext("2d");
    const scale = window.devicePixelRatio || 1;
    const width = Math.round(this.canvas.clientWidth * scale);
    if (context && this.canvas.width !== width) {
      this.canvas.width = width;
      this.canvas.height = Math.round(this.canvas.clientHeight * scale);
      context.scale(scale, scale);
      this.paper(context);
    }
    return context;
  }

  /** Black on white in both themes: it is printed. */
  private paper(context: CanvasRenderingContext2D): void {
    context.fillStyle = "#fff";
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    context.strokeStyle = "#111";
    context.lineWidth = INK_WIDTH_PX;
    context.lineCap = context.lineJoin = "round";
  }

  private begin(event: PointerEvent): void {
    const context = this.surface();
    if (!context || event.button !== 0) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.isDrawing = true;
    context.beginPath();
    context.moveTo(event.offsetX, event.offsetY);
  }

  private draw(event: PointerEvent): void {
    const context = this.isDrawing ? this.canvas.getContext("2d") : null;
    if (!context) return;
    event.preventDefault();
    context.lineTo(event.offsetX, event.offsetY);
    context.stroke();
  }

  private end(): void {
    if (!this.isDrawing) return;
    this.isDrawing = false;
    this.canvas.toBlob((blob) => {
      if (blob) this.put(new File([blob], NAME, { type: "image/png" }));
    }, "image/png");
  }

  private put(file: File | null): void {
    const files = new DataTransfer();
    if (file) files.items.add(file);
    this.field.files = files.files;
  }

  private clear(): void {
    const context = this.canvas.getContext("2d");
    if (context && this.canvas.width > 0) this.paper(context);
    this.put(null);
  }
}
