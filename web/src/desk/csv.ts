// A CSV file as it comes from an office: UTF-8 with or without its mark, or GBK as Excel writes it in
// Chinese. Always handed on as UTF-8 without a mark.
export interface Csv {
  name: string
  text: string
  rows: number
  head: string[]
  encoding: 'utf-8' | 'gbk'
}

export const columns = ['credit_code', 'title', 'content', 'topic', 'place', 'urgency', 'contact_name', 'contact_phone', 'received_on']

/** Records of a CSV text; quotes may hold commas, quotes and line ends. */
export function records(text: string): string[][] {
  const out: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!
    if (quoted) {
      if (char !== '"') cell += char
      else if (text[at + 1] === '"') cell += text[++at]!
      else quoted = false
    } else if (char === '"') quoted = true
    else if (char === ',') row.push(cell), (cell = '')
    else if (char === '\n') {
      row.push(cell.replace(/\r$/, ''))
      out.push(row)
      row = []
      cell = ''
    } else cell += char
  }
  if (cell || row.length) out.push([...row, cell.replace(/\r$/, '')])
  return out.filter((cells) => cells.some((value) => value.trim()))
}

export async function readCsv(file: File): Promise<Csv> {
  const bytes = await file.arrayBuffer()
  let text: string
  let encoding: Csv['encoding'] = 'utf-8'
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    text = new TextDecoder('gb18030').decode(bytes)
    encoding = 'gbk'
  }
  const all = records(text)
  return { name: file.name, text, encoding, head: all[0] ?? [], rows: Math.max(0, all.length - 1) }
}
