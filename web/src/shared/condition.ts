// Form conditions in the browser: the small part of FEEL that forms use. Literals, names and paths,
// comparison, and / or / not(), in (…), parentheses. Anything else gives null, and the caller then
// shows the field: the server decides with the whole language.
//
//   expression := and ("or" and)*            and := comparison ("and" comparison)*
//   comparison := value (op value | "in" "(" value ("," value)* ")")?
//   value      := literal | name ("." name)* | "not" "(" expression ")" | "(" expression ")"

type Value = string | number | boolean | null | undefined | unknown[] | Record<string, unknown>
type Data = Record<string, unknown>

const token = /\s*("(?:[^"\\]|\\.)*"|[0-9]+(?:\.[0-9]+)?|<=|>=|!=|[=<>(),.]|[\p{L}_][\p{L}\p{N}_]*)/uy

class Unknown extends Error {}

class Reader {
  private tokens: string[] = []
  private at = 0

  constructor(
    text: string,
    private data: Data,
  ) {
    token.lastIndex = 0
    let end = 0
    for (let hit = token.exec(text); hit; hit = token.exec(text)) {
      this.tokens.push(hit[1]!)
      end = token.lastIndex
    }
    if (text.slice(end).trim()) throw new Unknown()
  }

  whole(): Value {
    const value = this.or()
    if (this.at < this.tokens.length) throw new Unknown()
    return value
  }

  private take(wanted: string): boolean {
    if (this.tokens[this.at] !== wanted) return false
    this.at++
    return true
  }

  private need(wanted: string): void {
    if (!this.take(wanted)) throw new Unknown()
  }

  private or(): Value {
    let left = this.and()
    while (this.take('or')) {
      const right = this.and()
      left = left === true || right === true ? true : left === false && right === false ? false : null
    }
    return left
  }

  private and(): Value {
    let left = this.comparison()
    while (this.take('and')) {
      const right = this.comparison()
      left = left === false || right === false ? false : left === true && right === true ? true : null
    }
    return left
  }

  private comparison(): Value {
    const left = this.value()
    const op = this.tokens[this.at]
    if (op === 'in') {
      this.at++
      this.need('(')
      const list = [this.value()]
      while (this.take(',')) list.push(this.value())
      this.need(')')
      return list.some((item) => equal(left, item))
    }
    if (!op || !['=', '!=', '<', '<=', '>', '>='].includes(op)) return left
    this.at++
    return compare(op, left, this.value())
  }

  private value(): Value {
    const word = this.tokens[this.at++]
    if (word === undefined) throw new Unknown()
    if (word.startsWith('"')) return JSON.parse(word) as string
    if (/^[0-9]/.test(word)) return Number(word)
    if (word === 'true' || word === 'false') return word === 'true'
    if (word === 'null') return null
    if (word === 'not' && this.tokens[this.at] === '(') {
      const inner = this.value()
      return typeof inner === 'boolean' ? !inner : null
    }
    if (word === '(') {
      const inner = this.or()
      this.need(')')
      return inner
    }
    if (!/^[\p{L}_]/u.test(word) || this.tokens[this.at] === '(') throw new Unknown()
    let found: Value = this.data[word] as Value
    while (this.take('.')) {
      const next = this.tokens[this.at++]
      if (!next) throw new Unknown()
      found = found && typeof found === 'object' && !Array.isArray(found) ? (found[next] as Value) : null
    }
    return found ?? null
  }
}

const equal = (a: Value, b: Value): boolean => (a ?? null) === (b ?? null)

function compare(op: string, a: Value, b: Value): boolean | null {
  if (op === '=') return equal(a, b)
  if (op === '!=') return !equal(a, b)
  if (typeof a !== typeof b || (typeof a !== 'number' && typeof a !== 'string')) return null
  const [x, y] = [a, b as typeof a]
  if (op === '<') return x < y
  if (op === '<=') return x <= y
  return op === '>' ? x > y : x >= y
}

/** The value of a condition such as `=urgency = "urgent" and not(known)`; null when not understood. */
export function evaluate(expression: string, data: Data): Value {
  try {
    return new Reader(expression.trim().replace(/^=/, ''), data).whole()
  } catch {
    return null
  }
}

export function isHidden(field: { conditional?: { hide?: string } }, data: Data): boolean {
  return !!field.conditional?.hide && evaluate(field.conditional.hide, data) === true
}
