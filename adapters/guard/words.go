package guard

import "summitbot/bot"

// words are what the guard says itself, in one language.
type words struct {
	slower string // the first time that somebody asks too much
	broken string // the core panicked
}

const english = "en"

// languages are those that the core's commands are named in.
var languages = map[string]words{
	english: {
		slower: "That is a lot of questions at once. Please wait a minute and ask again.",
		broken: "Something went wrong here, and it is not your fault. Please ask again in other words.",
	},
	"pt": {
		slower: "São muitas perguntas de uma vez. Espere um minuto e pergunte outra vez.",
		broken: "Algo correu mal aqui, e a culpa não é sua. Pergunte outra vez, por outras palavras.",
	},
	"es": {
		slower: "Son muchas preguntas a la vez. Espera un minuto y vuelve a preguntar.",
		broken: "Algo ha ido mal aquí, y no es culpa tuya. Vuelve a preguntar con otras palabras.",
	},
	"fr": {
		slower: "Cela fait beaucoup de questions à la fois. Attendez une minute avant de redemander.",
		broken: "Quelque chose s’est mal passé ici, et ce n’est pas votre faute. Posez la question à nouveau, en d’autres mots.",
	},
	"de": {
		slower: "Das sind viele Fragen auf einmal. Bitte warte eine Minute und frag dann noch einmal.",
		broken: "Hier ist etwas schiefgegangen, und es liegt nicht an dir. Bitte frag noch einmal in anderen Worten.",
	},
	"uk": {
		slower: "Забагато запитань одразу. Зачекайте хвилину й запитайте ще раз.",
		broken: "Тут щось пішло не так, і це не ваша провина. Запитайте ще раз іншими словами.",
	},
	"ru": {
		slower: "Слишком много вопросов сразу. Подождите минуту и спросите ещё раз.",
		broken: "Здесь что-то пошло не так, и это не ваша вина. Спросите ещё раз другими словами.",
	},
}

// wordsIn are those of a BCP 47 tag's language, and which that is; English where there are none.
func wordsIn(tag string) (say words, language string) {
	if say, language, ok := bot.InLanguage(languages, tag); ok {
		return say, language
	}
	return languages[english], english
}
