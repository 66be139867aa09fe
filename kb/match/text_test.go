package match

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNormal(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"case and punctuation", "When did THEY meet?!", "when did they meet"},
		{"accents and compatibility forms", "Türkiye, Ｇeneva, naïve", "turkiye geneva naive"},
		{"letters that do not decompose", "Straße Łódź Ørsted", "strasse lodz orsted"},
		{"contractions", "who's there, they're late, it wasn't me", "who is there they are late it was not me"},
		{"possessives", "Anna's and James’s", "anna and james"},
		{"chat spellings", "wat did u say b4 rn", "what did you say before right now"},
		{"number words", "twenty-four of two", "20 4 of 2"},
		{"ordinals", "the 18th of Feb", "the 18 of february"},
		{"units stick to numbers", "24h or 30days", "24 h or 30 days"},
		{"letters before digits stay", "the G20 and B52", "the g20 and b52"},
		{"percent", "75% sure", "75 percent sure"},
		{"abbreviations with dots", "the U.S. and the E.U.", "the us and the eu"},
		{"a full stop is none", "I went. U stayed", "i went you stayed"},
		{"other alphabets", "Лавров и Україна", "лавров и украіна"},
		{"emoji and symbols are no words", "🔥🔥 :) #1", "1"},
		{"were for where", "were is it. it is were", "where is it it is where"},
		{"were that is were", "were they there", "were they there"},
		{"nothing", " \t\n", ""},
		{"broken encoding", "a\xff\xfeb", "a b"},
		{"right to left marks", "\u202eabc\u202c", "abc"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Normal(tt.in); got != tt.want {
				t.Errorf("Normal(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestTokensPointAtTheOriginal(t *testing.T) {
	in := "Où est Türkiye's 24h?"
	var got []string
	for _, tok := range tokenize(in) {
		got = append(got, in[tok.start:tok.end])
	}
	want := "Où|est|Türkiye's|24|h"
	if strings.Join(got, "|") != want {
		t.Errorf("tokens stand at %q, want %q", strings.Join(got, "|"), want)
	}
}

func TestSentences(t *testing.T) {
	ts := tokenize("One here. Two here! three?")
	want := []int{0, 0, 1, 1, 2}
	if len(ts) != len(want) {
		t.Fatalf("%d words, want %d", len(ts), len(want))
	}
	for i, tok := range ts {
		if tok.sentence != want[i] {
			t.Errorf("word %d (%s) is in sentence %d, want %d", i, tok.text, tok.sentence, want[i])
		}
	}
}

func FuzzTokenize(f *testing.F) {
	for _, s := range []string{"", "When's the 18th?", "a\x00b", "u.s.a. ü", strings.Repeat("é'", 50), "''''", "%&%", "1st2nd3rd"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ts := tokenize(s)
		if len(ts) > maxTokens+4 {
			t.Errorf("%d words", len(ts))
		}
		for _, tok := range ts {
			if tok.text == "" || !utf8.ValidString(tok.text) {
				t.Errorf("%q gives the word %q", s, tok.text)
			}
			if tok.start < 0 || tok.end > len(s) || tok.start >= tok.end {
				t.Errorf("%q: word %q stands at %d:%d of %d", s, tok.text, tok.start, tok.end, len(s))
			}
			if strings.ContainsAny(tok.text, " \n\t") {
				t.Errorf("%q gives a word with a space: %q", s, tok.text)
			}
		}
		if n := Normal(s); len(s) < maxText/8 && Normal(n) != n && !strings.ContainsAny(n, "'") {
			t.Logf("not idempotent: %q, then %q", n, Normal(n)) // "u" becomes "you", "y" then "why": one pass is what counts
		}
	})
}
