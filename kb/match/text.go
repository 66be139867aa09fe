package match

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxText bounds what of a question is read, in bytes: a question on a phone has less than a tenth of it.
const maxText = 2000

// maxTokens bounds the words read of it.
const maxTokens = 200

// A token is one word in its normal form, and where it stands in what the user typed.
type token struct {
	text       string
	start, end int // bytes of the original
	sentence   int // which sentence it belongs to, from 0
}

// tokenize brings text to its normal form and splits it: compatibility forms folded (NFKD), marks dropped, lower case;
// letters and digits make words, "u.s." is "us", "24h" is "24 h", "75%" is "75 percent"; contractions, chat spellings and
// number words come in one form. Words keep their place in the original text.
func tokenize(text string) []token {
	if len(text) > maxText {
		cut := maxText
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut]
	}
	out := make([]token, 0, 16)
	buf := make([]byte, 0, len(text)+16) // the folded text, which the tokens share
	type span struct{ from, to, start, end, sentence int }
	spans := make([]span, 0, 32)
	from, start, sentence := -1, 0, 0
	digits := false // the word so far is of digits
	flush := func(end int) {
		if from >= 0 {
			spans = append(spans, span{from, len(buf), start, end, sentence})
			from = -1
		}
	}
	var prev rune
	for i, r := range text {
		size := utf8.RuneLen(r)
		if size < 0 {
			size = 1
		}
		switch {
		case r < utf8.RuneSelf && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'):
			isDigit := r <= '9'
			if from >= 0 && digits && !isDigit && !ordinal(text[i:]) {
				flush(i)
			}
			if from < 0 {
				from, start, digits = len(buf), i, isDigit
			}
			if !isDigit {
				digits = false
			}
			if r >= 'A' && r <= 'Z' {
				r += 'a' - 'A'
			}
			buf = append(buf, byte(r))
		case r == '\'' || r == '’' || r == '‘' || r == '`' || r == 'ʼ':
			if from >= 0 && i+size < len(text) && letterAt(text[i+size:]) {
				buf = append(buf, '\'')
			} else {
				flush(i)
			}
		case r == '.' && from >= 0 && len(buf)-from <= 3 && dotted(text, i, prev):
			// an abbreviation: u.s., e.u.
		case r == '%':
			flush(i)
			from, start = len(buf), i
			buf = append(buf, "percent"...)
			flush(i + 1)
		case r == '&':
			flush(i)
			from, start = len(buf), i
			buf = append(buf, "and"...)
			flush(i + 1)
		case r >= utf8.RuneSelf && r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)):
			if from < 0 {
				from, start, digits = len(buf), i, false
			}
			buf = foldRune(buf, r)
		default:
			flush(i)
			if (r == '.' || r == '!' || r == '?' || r == ';' || r == '\n') && len(spans) > 0 && spans[len(spans)-1].sentence == sentence {
				sentence++
			}
		}
		prev = r
	}
	flush(len(text))
	folded := string(buf)
	for _, s := range spans {
		word := folded[s.from:s.to]
		if word == "" {
			continue
		}
		if len(out) >= maxTokens {
			break
		}
		out = expand(out, token{text: word, start: s.start, end: s.end, sentence: s.sentence})
	}
	return homophones(out)
}

// homophones mends the one that is typed most: "were" for "where", before a verb at the start and after one at the end.
func homophones(ts []token) []token {
	if n := len(ts); n >= 2 {
		if ts[0].text == "were" && auxiliaries[ts[1].text] {
			ts[0].text = "where"
		}
		if ts[n-1].text == "were" && auxiliaries[ts[n-2].text] {
			ts[n-1].text = "where"
		}
	}
	return ts
}

func ordinal(s string) bool {
	if len(s) < 2 || len(s) > 2 && letterAt(s[2:]) {
		return false
	}
	switch s[:2] {
	case "st", "nd", "rd", "th", "ST", "TH", "ND", "RD":
		return true
	}
	return false
}

func letterAt(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// dotted says whether the dot at i stands after a single letter that a single letter follows or a dotted one precedes.
func dotted(text string, i int, prev rune) bool {
	if !unicode.IsLetter(prev) {
		return false
	}
	before := i - utf8.RuneLen(prev)
	single := before == 0 || before > 0 && (text[before-1] == '.' || text[before-1] == ' ')
	if !single {
		return false
	}
	if before > 0 && text[before-1] == '.' {
		return true
	}
	return i+2 < len(text) && letterAt(text[i+1:]) && text[i+2] == '.'
}

func foldRune(buf []byte, r rune) []byte {
	switch r {
	case 'ß':
		return append(buf, "ss"...)
	case 'ø', 'Ø':
		return append(buf, 'o')
	case 'ł', 'Ł':
		return append(buf, 'l')
	case 'ı':
		return append(buf, 'i')
	case 'æ', 'Æ':
		return append(buf, "ae"...)
	}
	var in [utf8.UTFMax]byte
	n := utf8.EncodeRune(in[:], r)
	var tmp [64]byte
	for _, d := range string(norm.NFKD.Append(tmp[:0], in[:n]...)) {
		if !unicode.Is(unicode.Mn, d) && (unicode.IsLetter(d) || unicode.IsDigit(d)) {
			buf = utf8.AppendRune(buf, unicode.ToLower(d))
		}
	}
	return buf
}

// expand appends a word in its one form: contractions opened, chat spellings and number words replaced.
func expand(out []token, t token) []token {
	if to, ok := spellings[t.text]; ok {
		for _, w := range to {
			t.text = w
			out = append(out, t)
		}
		return out
	}
	for i := 0; i < len(t.text); i++ {
		if t.text[i] != '\'' {
			continue
		}
		head, tail := t.text[:i], t.text[i+1:]
		switch {
		case tail == "s":
			// A possessive, mostly; "who's" and the like stand in the table.
			t.text = head
			return expand(out, t)
		case tail == "re" || tail == "ll" || tail == "ve" || tail == "d" || tail == "m":
			t.text = head
			out = expand(out, t)
			t.text = map[string]string{"re": "are", "ll": "will", "ve": "have", "d": "would", "m": "am"}[tail]
			return append(out, t)
		case tail == "t" && i > 1 && t.text[i-1] == 'n':
			t.text = t.text[:i-1]
			out = expand(out, t)
			t.text = "not"
			return append(out, t)
		}
		// o'clock, d'etat
		t.text = head + tail
		return expand(out, t)
	}
	if n := len(t.text); n > 2 && t.text[0] >= '0' && t.text[0] <= '9' && ordinal(t.text[n-2:]) {
		t.text = t.text[:n-2]
	}
	return append(out, t)
}

// spellings brings contractions, the commonest chat spellings, number words and month names to one form. It is about
// English, not about any subject.
var spellings = map[string][]string{
	"what's": {"what", "is"}, "whats": {"what", "is"}, "wats": {"what", "is"}, "whts": {"what", "is"}, "wat": {"what"}, "wut": {"what"}, "wht": {"what"}, "whut": {"what"},
	"who's": {"who", "is"}, "whos": {"who", "is"}, "where's": {"where", "is"}, "wheres": {"where", "is"}, "wher": {"where"}, "whr": {"where"},
	"when's": {"when", "is"}, "whens": {"when", "is"}, "wen": {"when"}, "whn": {"when"}, "how's": {"how", "is"}, "hows": {"how", "is"},
	"why's": {"why", "is"}, "whys": {"why", "is"}, "why'd": {"why", "did"}, "whyd": {"why", "did"}, "how'd": {"how", "did"}, "howd": {"how", "did"},
	"where'd": {"where", "did"}, "who'd": {"who", "would"}, "what'd": {"what", "did"}, "when'd": {"when", "did"}, "y": {"why"}, "hw": {"how"},
	"it's": {"it", "is"}, "that's": {"that", "is"}, "thats": {"that", "is"}, "he's": {"he", "is"}, "hes": {"he", "is"}, "she's": {"she", "is"}, "there's": {"there", "is"}, "theres": {"there", "is"}, "here's": {"here", "is"}, "let's": {"let", "us"},
	"i'm": {"i", "am"}, "im": {"i", "am"}, "ive": {"i", "have"}, "youre": {"you", "are"}, "theyre": {"they", "are"}, "theyve": {"they", "have"},
	"don't": {"do", "not"}, "dont": {"do", "not"}, "doesnt": {"does", "not"}, "didnt": {"did", "not"}, "isnt": {"is", "not"}, "arent": {"are", "not"}, "wasnt": {"was", "not"}, "werent": {"were", "not"},
	"cant": {"can", "not"}, "can't": {"can", "not"}, "cannot": {"can", "not"}, "won't": {"will", "not"}, "wont": {"will", "not"}, "wouldnt": {"would", "not"}, "couldnt": {"could", "not"}, "shouldnt": {"should", "not"},
	"hasnt": {"has", "not"}, "havent": {"have", "not"}, "hadnt": {"had", "not"}, "ain't": {"is", "not"}, "aint": {"is", "not"}, "shan't": {"shall", "not"},
	"u": {"you"}, "ur": {"your"}, "r": {"are"}, "ya": {"you"}, "yall": {"you"}, "y'all": {"you"}, "n": {"and"}, "nd": {"and"}, "2nite": {"tonight"}, "2day": {"today"}, "b4": {"before"}, "bfore": {"before"},
	"gonna": {"going", "to"}, "gunna": {"going", "to"}, "wanna": {"want", "to"}, "gotta": {"got", "to"}, "tryna": {"trying", "to"}, "hafta": {"have", "to"}, "gimme": {"give", "me"}, "lemme": {"let", "me"}, "outta": {"out", "of"}, "kinda": {"kind", "of"}, "sorta": {"sort", "of"}, "dunno": {"do", "not", "know"}, "imma": {"going", "to"},
	"pls": {"please"}, "plz": {"please"}, "plss": {"please"}, "thx": {"thanks"}, "ty": {"thanks"}, "tysm": {"thanks"}, "tnx": {"thanks"}, "bc": {"because"}, "bcuz": {"because"}, "cuz": {"because"}, "coz": {"because"}, "cos": {"because"},
	"abt": {"about"}, "bout": {"about"}, "tho": {"though"}, "thru": {"through"}, "w": {"with"}, "ppl": {"people"}, "prez": {"president"}, "pres": {"president"}, "mtg": {"meeting"}, "mtgs": {"meetings"}, "govt": {"government"}, "gov": {"government"}, "min": {"minister"},
	"rn": {"right", "now"}, "irl": {"in", "person"}, "f2f": {"in", "person"}, "idk": {"i", "do", "not", "know"}, "tbh": {}, "lol": {}, "lmao": {}, "lmfao": {}, "imo": {}, "imho": {}, "fr": {}, "ngl": {}, "smh": {}, "haha": {}, "hahaha": {}, "btw": {},
	"msg": {"message"}, "diff": {"different"}, "gud": {"good"}, "coulda": {"could", "have"}, "shoulda": {"should", "have"}, "woulda": {"would", "have"}, "yr": {"year"}, "yrs": {"years"}, "hrs": {"hours"}, "hr": {"hour"}, "mins": {"minutes"}, "wk": {"week"}, "wks": {"weeks"}, "mo": {"month"}, "mos": {"months"}, "vs": {"versus"}, "v": {"versus"}, "agst": {"against"}, "btwn": {"between"}, "w8": {"wait"}, "gr8": {"great"}, "l8r": {"later"}, "2nd": {"second"}, "1st": {"first"}, "3rd": {"third"}, "frist": {"first"}, "teh": {"the"}, "hte": {"the"}, "adn": {"and"}, "taht": {"that"}, "wich": {"which"}, "waht": {"what"}, "hwo": {"who"}, "wehn": {"when"}, "whne": {"when"}, "becuase": {"because"}, "beacuse": {"because"}, "thier": {"their"}, "untill": {"until"}, "recieve": {"receive"},
	"zero": {"0"}, "two": {"2"}, "three": {"3"}, "four": {"4"}, "five": {"5"}, "six": {"6"}, "seven": {"7"}, "eight": {"8"}, "nine": {"9"}, "ten": {"10"}, "eleven": {"11"}, "twelve": {"12"}, "thirteen": {"13"}, "fourteen": {"14"}, "fifteen": {"15"}, "sixteen": {"16"}, "seventeen": {"17"}, "eighteen": {"18"}, "nineteen": {"19"}, "twenty": {"20"}, "thirty": {"30"}, "forty": {"40"}, "fifty": {"50"}, "sixty": {"60"}, "seventy": {"70"}, "eighty": {"80"}, "ninety": {"90"}, "pct": {"percent"},
	"jan": {"january"}, "feb": {"february"}, "apr": {"april"}, "jun": {"june"}, "jul": {"july"}, "aug": {"august"}, "sept": {"september"}, "sep": {"september"}, "oct": {"october"}, "nov": {"november"}, "dec": {"december"},
	"mon": {"monday"}, "tue": {"tuesday"}, "tues": {"tuesday"}, "weds": {"wednesday"}, "thu": {"thursday"}, "thur": {"thursday"}, "thurs": {"thursday"}, "fri": {"friday"},
	"usa": {"us"}, "america": {"us"}, "america's": {"us"}, "o": {"of"}, "favorite": {"favourite"}, "defence": {"defense"}, "ok": {}, "okay": {}, "k": {}, "kk": {}, "mr": {}, "mrs": {}, "yo": {}, "pm": {}, "sry": {"sorry"},
}

// Normal brings a text to the form in which it is compared: its words in their one form, separated by spaces.
func Normal(text string) string {
	tokens := tokenize(text)
	words := make([]string, len(tokens))
	for i, t := range tokens {
		words[i] = t.text
	}
	return strings.Join(words, " ")
}
