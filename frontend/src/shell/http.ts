/** JSON to the office and to the media server; both answer errors as `{"error": {"code", "message"}}`. */

export class ApiError extends Error {
  readonly code: string;
  readonly status: number;

  /** `status` 0: the server was not reached. */
  constructor(code: string, message: string, status: number) {
    super(message);
    this.code = code;
    this.status = status;
  }

  get isRefusal(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

async function send(url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError("network", "", 0);
  }
  if (response.ok || response.status === 304) return response;
  let code = `http.${response.status}`;
  let message = "";
  try {
    const body = (await response.json()) as { error?: { code?: string; message?: string } };
    code = body.error?.code ?? code;
    message = body.error?.message ?? "";
  } catch {
    // Not JSON: a proxy's page. The status says enough.
  }
  throw new ApiError(code, message, response.status);
}

/** POST to the office, with the session cookie and the CSRF token. `keepalive` outlives the page. */
export async function postOffice<T>(url: string, csrfToken: string, body: unknown, keepalive = false): Promise<T> {
  const response = await send(url, {
    method: "POST",
    credentials: "same-origin",
    keepalive,
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken },
    body: JSON.stringify(body),
  });
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** The media server, each request with a ticket, and with the cookie that says it is this browser's. */
export class MediaClient {
  readonly origin: string;

  constructor(origin: string) {
    this.origin = origin;
  }

  url(path: string, query: Record<string, string | number | string[] | undefined> = {}): string {
    const search = new URLSearchParams();
    for (const [key, value] of Object.entries(query)) {
      if (Array.isArray(value)) for (const item of value) search.append(key, item);
      else if (value !== undefined) search.append(key, String(value));
    }
    const text = search.toString();
    return `${this.origin}${path}${text ? `?${text}` : ""}`;
  }

  async json<T>(url: string, ticket: string, signal?: AbortSignal): Promise<T> {
    const response = await send(url, { credentials: "include", headers: { Authorization: `Bearer ${ticket}` }, ...(signal ? { signal } : {}) });
    return (await response.json()) as T;
  }

  async post<T>(url: string, ticket: string, body: unknown): Promise<T> {
    const response = await send(url, {
      method: "POST",
      credentials: "include",
      headers: { Authorization: `Bearer ${ticket}`, "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return (await response.json()) as T;
  }

  /** A JPEG and the instant of its picture. */
  async picture(url: string, ticket: string, signal?: AbortSignal): Promise<{ blob: Blob; instantUs: number }> {
    const response = await send(url, { credentials: "include", headers: { Authorization: `Bearer ${ticket}` }, ...(signal ? { signal } : {}) });
    return { blob: await response.blob(), instantUs: Number(response.headers.get("X-Instant-Us") ?? NaN) };
  }
}

/** GET from the office. With `tag` the answer is null when nothing has changed since; `tagged` is told the tag of a new one. */
export async function getOffice<T>(url: string, since?: { tag: string; tagged: (tag: string) => void }): Promise<T | null> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (since?.tag) headers["If-None-Match"] = since.tag;
  const response = await send(url, { credentials: "same-origin", headers });
  if (response.status === 304) return null;
  since?.tagged(response.headers.get("ETag") ?? "");
  return (await response.json()) as T;
}
