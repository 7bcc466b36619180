package discord

import (
	"encoding/binary"
	"math/bits"
)

// The functions of this file skip one piece of JSON that starts at b[i] and return the offset behind
// it, or ^offset of the byte at which it stops being JSON. They accept exactly what json.Valid does.

// maxDepth is encoding/json's own limit of nesting.
const maxDepth = 10000

// skipSpace returns the offset of the first byte at or behind i that isn't white space.
func skipSpace(b []byte, i int) int {
	for i < len(b) && b[i] <= ' ' && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t') {
		i++
	}
	return i
}

// skipValue skips any value. depth is the number of objects and arrays around it.
func skipValue(b []byte, i, depth int) int {
	if i >= len(b) {
		return ^i
	}
	switch c := b[i]; c {
	case '"':
		end, _ := skipString(b, i)
		return end
	case '{':
		return skipObject(b, i, depth+1)
	case '[':
		return skipArray(b, i, depth+1)
	case 't':
		return skipLiteral(b, i, "true")
	case 'f':
		return skipLiteral(b, i, "false")
	case 'n':
		return skipLiteral(b, i, "null")
	default:
		return skipNumber(b, i)
	}
}

func skipObject(b []byte, i, depth int) int {
	if depth > maxDepth {
		return ^i
	}
	i = skipSpace(b, i+1)
	if i < len(b) && b[i] == '}' {
		return i + 1
	}
	for {
		if i >= len(b) || b[i] != '"' {
			return ^i
		}
		if i, _ = skipString(b, i); i < 0 {
			return i
		}
		if i = skipSpace(b, i); i >= len(b) || b[i] != ':' {
			return ^i
		}
		if i = skipValue(b, skipSpace(b, i+1), depth); i < 0 {
			return i
		}
		if i = skipSpace(b, i); i >= len(b) {
			return ^i
		}
		switch b[i] {
		case ',':
			i = skipSpace(b, i+1)
		case '}':
			return i + 1
		default:
			return ^i
		}
	}
}

func skipArray(b []byte, i, depth int) int {
	if depth > maxDepth {
		return ^i
	}
	i = skipSpace(b, i+1)
	if i < len(b) && b[i] == ']' {
		return i + 1
	}
	for {
		if i = skipValue(b, i, depth); i < 0 {
			return i
		}
		if i = skipSpace(b, i); i >= len(b) {
			return ^i
		}
		switch b[i] {
		case ',':
			i = skipSpace(b, i+1)
		case ']':
			return i + 1
		default:
			return ^i
		}
	}
}

func skipLiteral(b []byte, i int, word string) int {
	if len(b)-i < len(word) || string(b[i:i+len(word)]) != word {
		return ^i
	}
	return i + len(word)
}

func skipNumber(b []byte, i int) int {
	if i < len(b) && b[i] == '-' {
		i++
	}
	first := i
	if i = skipDigits(b, i); i < 0 {
		return i
	}
	if b[first] == '0' && i > first+1 { // no leading zeros
		return ^(first + 1)
	}
	if i < len(b) && b[i] == '.' {
		if i = skipDigits(b, i+1); i < 0 {
			return i
		}
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		if i++; i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		return skipDigits(b, i)
	}
	return i
}

// skipDigits skips one digit or more.
func skipDigits(b []byte, i int) int {
	first := i
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	if i == first {
		return ^i
	}
	return i
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// skipString skips the string whose opening quote is b[i] and says whether it holds escapes. It looks
// at eight bytes at a time for a quote, a backslash or a control character: of the bits that each
// of the three tests sets, the lowest is exact, so the lowest of all is.
func skipString(b []byte, i int) (end int, escaped bool) {
	i++
	for {
		for len(b)-i >= 8 {
			x := binary.LittleEndian.Uint64(b[i:])
			quote, slash := x^('"'*ones), x^('\\'*ones)
			hit := ((quote - ones) &^ quote) | ((slash - ones) &^ slash) | ((x - ' '*ones) &^ x)
			if hit &= highs; hit != 0 {
				i += bits.TrailingZeros64(hit) / 8
				break
			}
			i += 8
		}
		if i >= len(b) {
			return ^i, escaped
		}
		switch c := b[i]; {
		case c == '"':
			return i + 1, escaped
		case c == '\\':
			escaped = true
			if i = skipEscape(b, i+1); i < 0 {
				return i, escaped
			}
		case c < ' ':
			return ^i, escaped
		default:
			i++
		}
	}
}

// skipEscape skips what follows a backslash.
func skipEscape(b []byte, i int) int {
	if i >= len(b) {
		return ^i
	}
	switch b[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 1
	case 'u':
		for n := 1; n <= 4; n++ {
			if i+n >= len(b) || !isHex(b[i+n]) {
				return ^(i + n)
			}
		}
		return i + 5
	}
	return ^i
}

func isHex(c byte) bool {
	return c-'0' <= 9 || c|0x20 >= 'a' && c|0x20 <= 'f'
}
