package bot

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"summitbot/kb"
)

// Bounds of what is remembered.
const (
	remembered    = 20_000           // conversations
	rememberedFor = 10 * time.Minute // since its last message
	recalled      = 8                // turns of one conversation
)

// A topic is what a conversation was about last.
type topic struct {
	entry   string     // id of the entry that was answered last; empty if none was
	before  string     // its headline, or the question that found no answer
	turns   []exchange // the last questions, the newest last
	choices []Choice   // what was offered to choose from
	at      time.Time
}

// An exchange is a question and the id of the entry that answered it, if any did.
type exchange struct {
	asked string // with names in the place of "he" and "there"
	entry string
}

// took returns the turns with one more.
func (t *topic) took(next exchange) []exchange {
	return append(slices.Clone(t.turns[max(0, len(t.turns)-recalled+1):]), next)
}

// conversations remembers what each conversation was about, for a few minutes, and of so many conversations only.
type conversations struct {
	mu   sync.Mutex
	last *simplelru.LRU[string, topic]
}

func newConversations() *conversations {
	lru, err := simplelru.NewLRU[string, topic](remembered, nil)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &conversations{last: lru}
}

func (c *conversations) get(key string, now time.Time) (topic, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, ok := c.last.Get(key)
	if ok && now.Sub(t.at) > rememberedFor {
		c.last.Remove(key)
		return topic{}, false
	}
	return t, ok
}

func (c *conversations) set(key string, t topic) {
	if key == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last.Add(key, t)
}

// offer remembers what there is to choose from, and leaves the subject as it was.
func (c *conversations) offer(key string, choices []Choice, now time.Time) {
	t, _ := c.get(key, now)
	t.choices, t.at = choices, now
	c.set(key, t)
}

// leaning says how much a question leans on what was talked about before it: a question that begins with "and" or "what
// about", that says "he" or "that" without naming anybody, or that is hardly more than a question word, cannot be
// understood without.
func leaning(text string) float64 {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return r != '\'' && r != '’' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && r < 0x80
	})
	if len(words) == 0 {
		return 0
	}
	for len(words) > 1 && fillers[words[0]] {
		words = words[1:]
	}
	lean := 0.0
	start := strings.Join(words[:min(3, len(words))], " ") + " "
	for _, opening := range openings {
		if strings.HasPrefix(start, opening+" ") {
			lean = max(lean, leanOpening)
		}
	}
	content := 0
	for i, w := range words {
		// "this" points back by itself, not before a noun: "this year".
		if pointing[w] && (!demonstrative[w] || i+1 == len(words) || verbs[words[i+1]]) {
			lean = max(lean, leanPointing)
		}
		if w == "else" || w == "there" && i == len(words)-1 {
			lean = max(lean, leanPointing)
		}
		if !empty[w] && !pointing[w] {
			content++
		}
	}
	switch n := len(words); {
	case content == 0:
		lean = max(lean, leanBare)
	case content == 1 && n <= 5 || n <= 3:
		lean += 2 * leanShort
	case n <= 5:
		lean += leanShort
	case n >= 14:
		lean *= leanLong
	}
	return lean
}

var correction = regexp.MustCompile(`(?i)^\s*((no|nah|nope|not that|not that one|wrong|i mean|i meant)\b[\s,.:;!–-]*)+`)

// How much each sign makes a question lean, chosen on dialogues (see docs/quality.md).
const (
	leanBare     = 2.9 // no subject of its own: "when was that?"
	leanOpening  = .3  // "and", "what about"
	leanPointing = .5  // "he", "that", "there"
	leanShort    = .25 // added to a short question; twice that to a very short one
	leanNamed    = .25 // times, once "he" has a name
	leanLong     = .4  // times, for a long one: it says itself what it is about
)

// empty words carry no subject of their own.
var empty = set("a", "an", "the", "of", "to", "in", "on", "at", "by", "for", "with", "from", "as", "and", "or", "but", "so", "than", "is", "are", "was", "were", "be", "been", "do", "does", "did", "has", "have", "had", "will", "would", "can", "could", "should", "not", "no", "there", "here", "then", "just", "about", "who", "whom", "what", "when", "where", "why", "how", "which", "whose", "day", "date", "year", "place", "city", "exactly", "really", "also", "too", "more", "say", "says", "said", "mean", "meant", "i", "you", "me", "we", "many", "much", "long", "thing", "happen", "happened", "come", "came", "tell", "whats", "whens", "wheres", "whos", "hows", "reason", "else", "again", "please", "pls", "name", "if")

var fillers = set("so", "ok", "okay", "well", "hm", "hmm", "oh", "ah", "k", "lol", "wait", "yeah", "yes", "right", "sure", "thanks", "cool", "then")

var openings = []string{"and", "but", "or", "what about", "how about", "no i mean", "i mean", "i meant", "no", "nah", "not", "also", "which of", "which one", "who else", "what else", "why", "says who", "the other", "because", "for whom", "since when", "by whom", "with whom"}

// pointing words stand for something said before.
var pointing = set("he", "him", "his", "she", "her", "they", "them", "their", "theirs", "it", "its", "it's", "that", "this", "those", "these", "then", "one", "ones", "both", "either", "former", "latter", "same", "hes", "thats", "that's", "he's", "they're")

var demonstrative = set("this", "these")

// verbs follow "this" where it stands for something.
var verbs = set("is", "was", "are", "were", "has", "had", "did", "does", "do", "would", "will", "can", "could", "happen", "happened", "mean", "means", "and", "or", "so", "all", "too", "about", "then")

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

// spoken is the topic of a conversation in which an entry was said, asked for or not.
func spoken(e *kb.Entry) topic {
	return topic{entry: e.ID, before: e.Question, turns: []exchange{{e.Question, e.ID}}}
}
