package telegram

import "summitbot/bot"

// What the adapter says by itself is about Telegram, never about the subject. It is said in the language that somebody's
// Telegram speaks to them, or that they have written in; "@bot" stands for the bot's name. Answers are in English and
// questions have to be, so other languages say so where they ask for one.
type words struct {
	onlyText    string // to a photo, a sticker, a voice message
	wentWrong   string
	noted       string // to a thumb down, where nothing can be offered instead
	ask         string // above a reply box
	you         string // the beginning of next, which mentions somebody so that the box opens for them
	next        string
	placeholder string // in the box
	inPrivate   string // the button above inline results
	share       string // buttons under answers
	followUp    string

	inGroups string // how to ask, as the bot's account is set up
	mentions string // the same where the bot hears mentions
	deaf     string // and where it does not
	guest    string
	inline   string
}

var english = words{
	onlyText:    "I can only read text. Please write your question to me.",
	wentWrong:   "Something went wrong on my side. Please ask again.",
	noted:       "Thank you for telling me.",
	ask:         "What would you like to know? Write your question as a reply to this message.",
	you:         "You",
	next:        " can write the next question as a reply to this message.",
	placeholder: "Your question",
	inPrivate:   "Ask me in a private chat",
	share:       "Share",
	followUp:    "Follow up",
	inGroups:    "In a group, use a command such as /ask@bot, or reply to one of my messages.",
	mentions:    "In a group, mention me as @bot, use a command such as /ask@bot, or reply to one of my messages.",
	deaf:        "Telegram's privacy mode keeps everything else in a group from me, mentions too.",
	guest:       "Where I am no member, mention me as @bot.",
	inline:      "In any chat, type @bot and a few words to pick an answer and send it there.",
}

// inWords has the languages that the core's commands are named in.
var inWords = map[string]words{
	"pt": {
		onlyText:    "Só sei ler texto. Escreva-me a sua pergunta, em inglês.",
		wentWrong:   "Algo correu mal do meu lado. Por favor, pergunte outra vez.",
		noted:       "Obrigado por me dizer.",
		ask:         "O que gostaria de saber? Escreva a sua pergunta, em inglês, em resposta a esta mensagem.",
		you:         "A sua próxima pergunta",
		next:        " pode ser uma resposta a esta mensagem.",
		placeholder: "A sua pergunta, em inglês",
		inPrivate:   "Pergunte-me em privado",
		share:       "Partilhar",
		followUp:    "Perguntar mais",
		inGroups:    "Num grupo, use um comando como /ask@bot, ou responda a uma das minhas mensagens.",
		mentions:    "Num grupo, mencione-me como @bot, use um comando como /ask@bot, ou responda a uma das minhas mensagens.",
		deaf:        "O modo de privacidade do Telegram esconde-me tudo o resto num grupo, menções também.",
		guest:       "Onde não sou membro, mencione-me como @bot.",
		inline:      "Em qualquer conversa, escreva @bot e algumas palavras para escolher uma resposta e enviá-la ali.",
	},
	"es": {
		onlyText:    "Solo sé leer texto. Escríbeme tu pregunta, en inglés.",
		wentWrong:   "Algo ha fallado por mi parte. Por favor, pregunta otra vez.",
		noted:       "Gracias por decírmelo.",
		ask:         "¿Qué te gustaría saber? Escribe tu pregunta, en inglés, en respuesta a este mensaje.",
		you:         "Tu próxima pregunta",
		next:        " puede ser una respuesta a este mensaje.",
		placeholder: "Tu pregunta, en inglés",
		inPrivate:   "Pregúntame en privado",
		share:       "Compartir",
		followUp:    "Seguir preguntando",
		inGroups:    "En un grupo, usa un comando como /ask@bot, o responde a uno de mis mensajes.",
		mentions:    "En un grupo, mencióname como @bot, usa un comando como /ask@bot, o responde a uno de mis mensajes.",
		deaf:        "El modo de privacidad de Telegram me oculta todo lo demás en un grupo, también las menciones.",
		guest:       "Donde no soy miembro, mencióname como @bot.",
		inline:      "En cualquier chat, escribe @bot y unas palabras para elegir una respuesta y enviarla allí.",
	},
	"fr": {
		onlyText:    "Je ne sais lire que du texte. Écrivez-moi votre question, en anglais.",
		wentWrong:   "Quelque chose n’a pas marché de mon côté. Veuillez reposer la question.",
		noted:       "Merci de me le dire.",
		ask:         "Que souhaitez-vous savoir ? Écrivez votre question, en anglais, en réponse à ce message.",
		you:         "Vous",
		next:        " pouvez écrire la question suivante en réponse à ce message.",
		placeholder: "Votre question, en anglais",
		inPrivate:   "Interrogez-moi en privé",
		share:       "Partager",
		followUp:    "Autre question",
		inGroups:    "Dans un groupe, utilisez une commande comme /ask@bot, ou répondez à l’un de mes messages.",
		mentions:    "Dans un groupe, mentionnez-moi par @bot, utilisez une commande comme /ask@bot, ou répondez à l’un de mes messages.",
		deaf:        "Le mode de confidentialité de Telegram me cache tout le reste dans un groupe, mentions comprises.",
		guest:       "Là où je ne suis pas membre, mentionnez-moi par @bot.",
		inline:      "Dans n’importe quelle discussion, tapez @bot et quelques mots pour choisir une réponse et l’envoyer.",
	},
	"de": {
		onlyText:    "Ich kann nur Text lesen. Bitte schreib mir deine Frage, auf Englisch.",
		wentWrong:   "Bei mir ist etwas schiefgegangen. Bitte frag noch einmal.",
		noted:       "Danke für den Hinweis.",
		ask:         "Was möchtest du wissen? Schreib deine Frage, auf Englisch, als Antwort auf diese Nachricht.",
		you:         "Du",
		next:        " kannst die nächste Frage als Antwort auf diese Nachricht schreiben.",
		placeholder: "Deine Frage, auf Englisch",
		inPrivate:   "Frag mich in einem privaten Chat",
		share:       "Teilen",
		followUp:    "Nachfragen",
		inGroups:    "In einer Gruppe nimm einen Befehl wie /ask@bot, oder antworte auf eine meiner Nachrichten.",
		mentions:    "In einer Gruppe erwähne mich als @bot, nimm einen Befehl wie /ask@bot, oder antworte auf eine meiner Nachrichten.",
		deaf:        "Alles andere in einer Gruppe hält Telegrams Privatsphäre-Modus von mir fern, auch Erwähnungen.",
		guest:       "Wo ich kein Mitglied bin, erwähne mich als @bot.",
		inline:      "In jedem Chat kannst du @bot und ein paar Wörter tippen, eine Antwort wählen und dorthin senden.",
	},
	"uk": {
		onlyText:    "Я вмію читати лише текст. Напишіть мені своє запитання англійською.",
		wentWrong:   "У мене щось пішло не так. Будь ласка, запитайте ще раз.",
		noted:       "Дякую, що сказали.",
		ask:         "Що ви хочете дізнатися? Напишіть запитання англійською у відповідь на це повідомлення.",
		you:         "Ви",
		next:        " можете написати наступне запитання у відповідь на це повідомлення.",
		placeholder: "Ваше запитання англійською",
		inPrivate:   "Запитайте мене в особистому чаті",
		share:       "Поділитися",
		followUp:    "Запитати ще",
		inGroups:    "У групі скористайтеся командою, як-от /ask@bot, або дайте відповідь на одне з моїх повідомлень.",
		mentions:    "У групі згадайте мене як @bot, скористайтеся командою, як-от /ask@bot, або дайте відповідь на одне з моїх повідомлень.",
		deaf:        "Решту в групі, навіть згадки, приховує від мене режим приватності Telegram.",
		guest:       "Там, де я не учасник, згадайте мене як @bot.",
		inline:      "У будь-якому чаті наберіть @bot і кілька слів, щоб вибрати відповідь і надіслати її туди.",
	},
	"ru": {
		onlyText:    "Я умею читать только текст. Напишите мне свой вопрос на английском.",
		wentWrong:   "У меня что-то пошло не так. Пожалуйста, спросите ещё раз.",
		noted:       "Спасибо, что сказали.",
		ask:         "Что вы хотите узнать? Напишите вопрос на английском в ответ на это сообщение.",
		you:         "Вы",
		next:        " можете написать следующий вопрос в ответ на это сообщение.",
		placeholder: "Ваш вопрос на английском",
		inPrivate:   "Спросите меня в личном чате",
		share:       "Поделиться",
		followUp:    "Спросить ещё",
		inGroups:    "В группе используйте команду, например /ask@bot, или ответьте на одно из моих сообщений.",
		mentions:    "В группе упомяните меня как @bot, используйте команду, например /ask@bot, или ответьте на одно из моих сообщений.",
		deaf:        "Остальное в группе, даже упоминания, скрывает от меня режим приватности Telegram.",
		guest:       "Там, где я не участник, упомяните меня как @bot.",
		inline:      "В любом чате наберите @bot и несколько слов, чтобы выбрать ответ и отправить его туда.",
	},
}

// wordsOf are the words of the first of some languages that there are any in; English where that is none. Languages are
// tags such as "pt-br".
func wordsOf(languages ...string) words {
	if w, _, ok := bot.InLanguage(inWords, languages...); ok {
		return w
	}
	return english
}
