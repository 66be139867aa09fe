package bot

import "context"

// A Message is what a user said or pressed, on any platform.
//
// Exactly one of Text, Command and Action is set: a question in words, a command with its arguments, or the action of a
// Choice that was pressed.
type Message struct {
	Platform     string // "discord", "telegram", "console": for limits and logs, never for decisions
	Conversation string // what belongs together: a private chat, or one user's questions in a channel. Unique over all platforms
	User         string // whoever asks. Unique over all platforms; for rate limits only
	Channel      string // where it is asked, private or not. Unique over all platforms; for rate limits only; may be empty
	Locale       string // BCP 47 tag of the user's settings; may be empty
	Text         string
	Command      string // a command's name without a slash
	Args         string // what stands after it; options in their order, separated by spaces
	Action       string // a Choice's action
	Topic        string // id of the entry that the message replies to, where the platform knows it; may be empty
	Private      bool   // nobody else sees it: a direct message or a private chat
	Explain      bool   // fill Reply.Explanation
}

// A Kind says what a Reply is.
type Kind string

// The kinds of replies.
const (
	KindAnswer   Kind = "answer"    // an entry's answer, or a list that a command asked for
	KindClarify  Kind = "clarify"   // "did you mean"
	KindNoAnswer Kind = "no_answer" // the source does not tell, or it is no question about it
	KindHelp     Kind = "help"      // about the bot: show it to whoever asked, not to a whole channel
	KindNotice   Kind = "notice"    // something about the message itself: too long, too many, not understood as a command
	KindNone     Kind = "none"      // say nothing
)

// A Reply is what to show. Adapters render it and decide nothing. Text is plain, without any markup; what users typed is
// never in it.
type Reply struct {
	Kind    Kind
	Title   string   // the question as it was understood, or the list's name
	Text    string   // one to a few paragraphs, separated by an empty line
	Fields  []Field  // things side by side: a delegation's sides
	Items   []Item   // a list: a timeline, quotes, topics
	Page    int      // of a list, from 1; 0 where there are no pages
	Pages   int      // how many there are
	Source  string   // "Observador, “…”, §1, §14"; empty for talk about the bot
	AsOf    string   // "14 August 2025"; empty where Source is
	Choices []Choice // what to press next, the likeliest first
	More    []Choice // buttons that turn the page of a list
	Rate    bool     // ask whether it helped

	Entry       string       // id of the best entry, answered or not; may be empty
	Confidence  float64      // 0..1, that the best entry answers the question
	Lang        string       // BCP 47 tag of the text
	Suggestions []Suggestion // the next best entries with their answers
	Explanation []string     // why, a line each; only where Message.Explain asks
}

// A Field is a name with a few lines under it.
type Field struct {
	Name  string
	Value string
}

// An Item is one line of a list.
type Item struct {
	Label string // a date, a name
	Text  string
}

// A Choice is something to press. Its action holds all that is needed to carry it out, on any instance of the bot and after
// a restart; it has at most 60 bytes of ASCII letters, digits and -_:./
type Choice struct {
	Label  string
	Action string
}

// A Suggestion is another entry that may have been meant.
type Suggestion struct {
	Entry    string
	Question string
	Text     string
}

// Replier is what adapters need of the core.
type Replier interface {
	Reply(ctx context.Context, m Message) Reply
}
