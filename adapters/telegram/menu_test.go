package telegram

import (
	"strings"
	"testing"
	"unicode/utf16"

	"summitbot/adapters/telegram/telegramtest"
)

func TestMenus(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	run := start(t, srv, &script{})
	srv.Await("the descriptions are set", func() bool { return len(srv.Calls("setMyShortDescription")) == 2 })
	for _, tc := range []struct{ scope, language, want string }{
		{"default", "", `[{"command":"ask","description":"Ask a question"},{"command":"delegation","description":"Who is in the delegations"},{"command":"timeline","description":"What happened when"},{"command":"help","description":"What the bot can do"},{"command":"about","description":"What this bot is"}]`},
		{"default", "pt", `[{"command":"ask","description":"Faça uma pergunta"},{"command":"delegation","description":"Who is in the delegations"},{"command":"timeline","description":"What happened when"},{"command":"help","description":"What the bot can do"},{"command":"about","description":"What this bot is"}]`},
		{"all_group_chats", "pt", `[{"command":"ask","description":"Faça uma pergunta"},{"command":"delegation","description":"Who is in the delegations"},{"command":"timeline","description":"What happened when"},{"command":"help","description":"What the bot can do"}]`},
	} {
		if got := srv.Commands(tc.scope, tc.language); got != tc.want {
			t.Errorf("in scope %s and language %q people see %s", tc.scope, tc.language, got)
		}
	}
	long, short := srv.Texts()["description/"], srv.Texts()["short_description/"]
	if n := len(utf16.Encode([]rune(long))); n > 512 || n < 256 || !strings.HasSuffix(long, ". …") {
		t.Errorf("the description is %q", long)
	}
	if short != "I answer questions about the summit." {
		t.Errorf("the short description is %q", short)
	}
	if got := srv.Texts()["short_description/pt"]; got != "Faça uma pergunta." {
		t.Errorf("the short description in Portuguese is %q", got)
	}
	if got := srv.Texts()["description/pt"]; !strings.HasPrefix(got, "Faça uma pergunta.\n\nI answer questions") {
		t.Errorf("the description in Portuguese is %q", got)
	}
	run.stop()

	// The second start finds everything in place.
	sets := len(srv.Calls("setMyCommands", "setMyDescription", "setMyShortDescription"))
	gets := len(srv.Calls("getMyShortDescription"))
	start(t, srv, &script{})
	srv.Await("the second start has looked", func() bool { return len(srv.Calls("getMyShortDescription")) == 2*gets })
	if n := len(srv.Calls("setMyCommands", "setMyDescription", "setMyShortDescription")); n != sets {
		t.Errorf("the second start set %d things anew", n-sets)
	}
}
