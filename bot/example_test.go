package bot_test

import (
	"context"
	"fmt"
	"os"

	"summitbot/bot"
	"summitbot/kb"
	"summitbot/kb/match"
)

// An adapter makes menus of the commands, completes their options while a user types, and shows what comes back.
func ExampleBot_Commands() {
	base, err := kb.Load(os.DirFS("testdata/kb"), "testdata/kb")
	if err != nil {
		fmt.Println(err)
		return
	}
	b := bot.New(base, match.Learn(base.Corpus(), match.Options{}), bot.Options{})

	for _, c := range b.Commands()[:5] {
		fmt.Println(c.Usage(), "–", c.Description)
	}
	value := b.Complete("delegation", "meeting", "fer", 1)[0]
	r := b.Reply(context.Background(), bot.Message{Command: "delegation", Args: "norda " + value.Action})
	fmt.Println(r.Title)
	for _, f := range r.Fields {
		fmt.Println(f.Name+":", f.Value)
	}
	// Output:
	// /ask <question> – Ask a question in your own words
	// /summary – What it is all about, in short
	// /timeline [about] – What happened when: all of it, one year, or one topic
	// /who [person] – Who somebody is, and what part they play
	// /delegation [side] [meeting] – Who sits on each side of a meeting
	// Delegations: Ambassadors meet on the ferry
	// Norda: Erik Holm, Ambassador of Norda (leads)
}
