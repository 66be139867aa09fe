package bot

import "testing"

func TestResolve(t *testing.T) {
	b := harbour()
	for _, tt := range []struct {
		turns []exchange
		text  string
		want  string
	}{
		{[]exchange{{asked: "Who is Okafor?"}}, "what did he say?", "what did Samuel Okafor say?"},
		{[]exchange{{asked: "Who is Okafor?"}}, "and his answer?", "and Samuel Okafor's answer?"},
		{[]exchange{{asked: "Who is Okafor?"}}, "hes late?", "Samuel Okafor is late?"},
		{[]exchange{{asked: "Who is Okafor?"}}, "and what did she say?", "and what did she say?"},
		{[]exchange{{asked: "Did Okafor write to Lind?"}}, "and what did she say?", "and what did Märta Lind say?"},
		{[]exchange{{asked: "who is okafer"}}, "what did he say?", "what did Samuel Okafor say?"}, // misspelt
		{[]exchange{{asked: "Who is Okafor?"}, {asked: "Is it cold?"}}, "is he cold?", "is Samuel Okafor cold?"},
		{[]exchange{{asked: "Who is Okafor?"}, {asked: "Who is Erik Holm?"}}, "how old is he", "how old is Erik Holm"},
		{[]exchange{{asked: "Did Okafor see Erik Holm?"}}, "what did he say to Erik Holm?", "what did he say to Erik Holm?"}, // somebody is named
		{[]exchange{{asked: "Who is Okafor?"}}, "what's his name?", "what's his name?"},                                      // not his
		{[]exchange{{asked: "Who is Okafor?"}}, "the one from the port, who is he?", "the one from the port, who is he?"},    // nor his
		{[]exchange{{asked: "Who lost the war?"}}, "why did he?", "why did he?"},                                             // nobody was spoken of
		{[]exchange{{asked: "What happened in Port Clement?"}}, "who was there?", "who was in Port Clement?"},
		{[]exchange{{asked: "From the Suda Isles to Port Clement?"}}, "is it cold there", "is it cold in Port Clement"},
		{[]exchange{{asked: "What happened in Port Clement?"}}, "is there a lamp?", "is there a lamp?"},
		{nil, "who was he there?", "who was he there?"},
	} {
		got, put := b.resolve(tt.text, tt.turns)
		if got != tt.want || put != (tt.text != tt.want) {
			t.Errorf("after %+v %q is read as %q, want %q", tt.turns, tt.text, got, tt.want)
		}
	}
}

// Who a question was about follows from its answer, too.
func TestResolveFromAnswers(t *testing.T) {
	b := harbour()
	e, ok := b.base.Entry("lind-letters")
	if !ok {
		t.Fatal("no entry lind-letters")
	}
	turns := spoken(e).turns
	if got, _ := b.resolve("did she sign them?", turns); got != "did Märta Lind sign them?" {
		t.Errorf("after %q: %q", e.Question, got)
	}
	if got, _ := b.resolve("did she sign them?", []exchange{{"who wrote the letters?", e.ID}}); got != "did Märta Lind sign them?" {
		t.Errorf("after the answer %q: %q", e.Answer, got)
	}
}
