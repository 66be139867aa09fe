package discordtest

import "testing"

// The schema, where it is at hand, refuses what it should, so that silence means something.
func TestSchema(t *testing.T) {
	s, err := published()
	if err != nil {
		t.Fatal(err)
	}
	if s == nil {
		t.Skip(SpecVariable + " is not set")
	}
	if err := s.check("POST", "/channels/700000000000000001/messages", []byte(`{"content":"x","embeds":[{"title":"x"}]}`)); err != nil {
		t.Error(err)
	}
	for _, body := range []string{`{"content":5}`, `{"embeds":[{"fields":[{"name":"x"}]}]}`, `{"components":[{"type":2}]}`, `{"nonce":true}`} {
		if s.check("POST", "/channels/700000000000000001/messages", []byte(body)) == nil {
			t.Errorf("%s is taken", body)
		}
	}
	if s.check("POST", "/interactions/1/x/callback", []byte(`{"type":4,"data":{"content":[]}}`)) == nil {
		t.Error("a response with a list for content is taken")
	}
	if s.check("GET", "/nowhere", nil) == nil {
		t.Error("an unknown path is taken")
	}
}
