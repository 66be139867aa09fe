package discord

import (
	"time"

	"summitbot/bot"
)

// words are what the adapter says itself, around the core's replies, in one language. They follow the settings of whoever
// asks, as Discord's own menus do, although answers are in English.
type words struct {
	menu      string // the command of a message's context menu; at most 32 units
	follow    string // the button that opens the form, and the form's title; at most 45
	question  string // the form's field; at most 45
	asked     string // the link to the message that was asked about
	asOf      string // the day as of which an answer's source tells
	day       string // how that day is written
	page      string // which one of a list this is, and how many there are
	elsewhere string // in a channel in which the bot does not answer
	wordless  string // the message pointed at has nothing to read
	wait      string // the core keeps silent, as it does when somebody asks too much
	broken    string // the core failed
}

const english = "en"

var languages = map[string]words{
	english: {
		menu: "Ask summitbot about this", follow: "Follow up", question: "Your question", asked: "The message asked about",
		asOf: "as of %s", day: writtenDay, page: "page %d of %d",
		elsewhere: "I do not answer in this channel. You can ask me in private.",
		wordless:  "That message has no text that I can read. Please ask in your own words.",
		wait:      "That is a lot at once. Please wait a minute and ask again.",
		broken:    "Something went wrong here. Please ask again.",
	},
	"pt": {
		menu: "Perguntar isto ao summitbot", follow: "Continuar a perguntar", question: "A sua pergunta, em inglês", asked: "A mensagem em causa",
		asOf: "situação em %s", day: "02/01/2006", page: "página %d de %d",
		elsewhere: "Não respondo neste canal. Pode perguntar-me em privado.",
		wordless:  "Essa mensagem não tem texto que eu consiga ler. Pergunte com as suas palavras.",
		wait:      "São muitas perguntas de uma vez. Espere um minuto e pergunte outra vez.",
		broken:    "Algo correu mal aqui. Pergunte outra vez.",
	},
	"es": {
		menu: "Preguntar esto a summitbot", follow: "Seguir preguntando", question: "Tu pregunta, en inglés", asked: "El mensaje en cuestión",
		asOf: "a fecha de %s", day: "2/1/2006", page: "página %d de %d",
		elsewhere: "No respondo en este canal. Puedes preguntarme en privado.",
		wordless:  "Ese mensaje no tiene texto que yo pueda leer. Pregunta con tus palabras.",
		wait:      "Son muchas preguntas a la vez. Espera un minuto y vuelve a preguntar.",
		broken:    "Algo ha ido mal aquí. Vuelve a preguntar.",
	},
	"fr": {
		menu: "Demander ceci à summitbot", follow: "Poursuivre", question: "Votre question, en anglais", asked: "Le message en question",
		asOf: "état au %s", day: "02/01/2006", page: "page %d sur %d",
		elsewhere: "Je ne réponds pas dans ce salon. Vous pouvez me demander en privé.",
		wordless:  "Ce message n’a pas de texte que je puisse lire. Demandez avec vos mots.",
		wait:      "Cela fait beaucoup de questions à la fois. Attendez une minute avant de redemander.",
		broken:    "Quelque chose s’est mal passé ici. Posez la question à nouveau.",
	},
	"de": {
		menu: "summitbot dazu fragen", follow: "Nachfragen", question: "Deine Frage, auf Englisch", asked: "Die Nachricht, um die es geht",
		asOf: "Stand: %s", day: "2.1.2006", page: "Seite %d von %d",
		elsewhere: "In diesem Kanal antworte ich nicht. Du kannst mich privat fragen.",
		wordless:  "Diese Nachricht hat keinen Text, den ich lesen kann. Bitte frag in eigenen Worten.",
		wait:      "Das sind viele Fragen auf einmal. Bitte warte eine Minute und frag dann noch einmal.",
		broken:    "Hier ist etwas schiefgegangen. Bitte frag noch einmal.",
	},
	"uk": {
		menu: "Запитати про це summitbot", follow: "Запитати ще", question: "Ваше запитання, англійською", asked: "Повідомлення, про яке йдеться",
		asOf: "станом на %s", day: "02.01.2006", page: "сторінка %d з %d",
		elsewhere: "У цьому каналі я не відповідаю. Можете запитати мене приватно.",
		wordless:  "У цьому повідомленні немає тексту, який я можу прочитати. Запитайте своїми словами.",
		wait:      "Забагато запитань одразу. Зачекайте хвилину й запитайте ще раз.",
		broken:    "Тут щось пішло не так. Запитайте ще раз.",
	},
	"ru": {
		menu: "Спросить об этом summitbot", follow: "Спросить ещё", question: "Ваш вопрос, на английском", asked: "Сообщение, о котором идёт речь",
		asOf: "по состоянию на %s", day: "02.01.2006", page: "страница %d из %d",
		elsewhere: "В этом канале я не отвечаю. Можете спросить меня лично.",
		wordless:  "В этом сообщении нет текста, который я могу прочитать. Спросите своими словами.",
		wait:      "Слишком много вопросов сразу. Подождите минуту и спросите ещё раз.",
		broken:    "Здесь что-то пошло не так. Спросите ещё раз.",
	},
}

// wordsIn are those of a BCP 47 tag's language, or English ones.
func wordsIn(tag string) words {
	if w, _, ok := bot.InLanguage(languages, tag); ok {
		return w
	}
	return languages[english]
}

// writtenDay is how the core writes a day, if its source tells one to the day.
const writtenDay = "2 January 2006"

// dayOf writes a day of the core's as the language does, in figures where that is not English.
func (w words) dayOf(s string) string {
	if t, err := time.Parse(writtenDay, s); err == nil {
		return t.Format(w.day)
	}
	return s
}
