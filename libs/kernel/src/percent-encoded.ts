/** Whether what stands in a URL can be decoded: each % begins the code of a character. */
export function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
