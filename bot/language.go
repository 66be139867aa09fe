package bot

import (
	"strings"

	"summitbot/kb/match"
)

// language guesses the language of a question from its function words, among those that readers of this kind of bot type;
// "" means English, or nothing to tell by. It decides by the words of the question alone: a phone's settings say little.
func language(text string) string {
	words := strings.Fields(match.Normal(text))
	count := map[string]int{}
	for _, w := range words {
		for _, l := range languages {
			if l.words[w] {
				count[l.tag]++
			}
		}
	}
	best := "en"
	for _, l := range languages {
		if count[l.tag] > count[best] {
			best = l.tag
		}
	}
	// One word may be a name or a slip; two of them are a language.
	if best == "en" || count[best] < 2 {
		return ""
	}
	return best
}

// languages are listed so that of two that fit alike the first is taken. Words stand as package match normalises them:
// without accents.
var languages = []struct {
	tag   string
	words map[string]bool
	says  string // that answers are in English
}{
	{"en", set("the", "a", "of", "to", "in", "is", "are", "was", "were", "did", "do", "does", "who", "what", "when", "where", "why", "how", "and", "or", "for", "with", "about", "it", "he", "they", "that", "this", "will", "has", "have", "on", "at", "by", "from", "not", "me", "you", "no", "us"), ""},
	{"pt", set("o", "os", "um", "uma", "da", "do", "dos", "das", "em", "na", "no", "que", "quem", "quando", "onde", "porque", "por", "como", "com", "para", "foi", "sao", "esta", "sobre", "qual", "quais", "quantos", "e", "se", "vai", "nao", "ultima", "vez"), "Só respondo em inglês. Pergunte em inglês, ou experimente /timeline, /who ou /topics."},
	{"es", set("el", "los", "las", "la", "un", "una", "del", "de", "en", "que", "quien", "quienes", "cuando", "donde", "por", "como", "con", "para", "fue", "son", "esta", "sobre", "cual", "cuales", "cuantos", "y", "se", "va", "no", "ultima", "vez"), "Solo respondo en inglés. Pregunta en inglés, o prueba /timeline, /who o /topics."},
	{"fr", set("le", "les", "la", "un", "une", "du", "de", "des", "en", "qui", "que", "quand", "ou", "pourquoi", "comment", "avec", "pour", "est", "sont", "sur", "quel", "quelle", "combien", "et", "se", "va", "pas", "il", "ils", "dans", "au", "aux"), "Je ne réponds qu'en anglais. Posez la question en anglais, ou essayez /timeline, /who ou /topics."},
	{"de", set("der", "die", "das", "ein", "eine", "des", "dem", "den", "wer", "wann", "wo", "warum", "wie", "mit", "fur", "ist", "sind", "war", "uber", "welche", "welcher", "wieviele", "viele", "und", "sich", "nicht", "er", "sie", "es", "was", "hat", "haben", "von", "zum", "zuletzt"), "Ich antworte nur auf Englisch. Bitte frag auf Englisch, oder versuch /timeline, /who oder /topics."},
	{"uk", set("хто", "коли", "де", "чому", "як", "що", "і", "та", "в", "у", "на", "про", "з", "за", "чи", "скільки", "який", "яка", "які", "були", "був", "це", "не", "востанне", "зустричалися"), "Я відповідаю лише англійською. Запитайте англійською або спробуйте /timeline, /who чи /topics."},
	{"ru", set("кто", "когда", "где", "почему", "как", "что", "и", "в", "на", "о", "про", "с", "за", "ли", "сколько", "какои", "какая", "какие", "были", "был", "это", "не", "последнии", "раз"), "Я отвечаю только на английском. Спросите по-английски или попробуйте /timeline, /who или /topics."},
}

// inEnglish tells, in a language, that answers are in English.
func inEnglish(tag string) string {
	for _, l := range languages {
		if l.tag == tag {
			return l.says
		}
	}
	return ""
}

// InLanguage finds the texts in the language of the first of some BCP 47 tags that there are any in, and says which language
// that is. It is how adapters pick what they say themselves.
func InLanguage[T any](texts map[string]T, tags ...string) (found T, language string, ok bool) {
	for _, tag := range tags {
		language, _, _ = strings.Cut(strings.ToLower(tag), "-")
		if found, ok = texts[language]; ok {
			return found, language, true
		}
	}
	return found, "", false
}
