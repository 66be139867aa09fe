package match

// A Kind is a kind of thing that a question asks for and an entry tells.
type Kind uint8

// The kinds, as knowledge-base files name them.
const (
	Who Kind = iota
	When
	Where
	HowMany
	HowLong
	Why
	What
	How
	Quote
	YesNo
	Overview
	kindCount
)

var kindNames = [kindCount]string{"who", "when", "where", "howmany", "howlong", "why", "what", "how", "quote", "yesno", "overview"}

func (k Kind) String() string { return kindNames[k] }

// ParseKind finds a kind by its name.
func ParseKind(name string) (Kind, bool) {
	for k, n := range kindNames {
		if n == name {
			return Kind(k), true
		}
	}
	return 0, false
}

// Kinds is a set of kinds.
type Kinds uint16

// Of makes a set.
func Of(kinds ...Kind) Kinds {
	var s Kinds
	for _, k := range kinds {
		s |= 1 << k
	}
	return s
}

// Has says whether the set holds k.
func (s Kinds) Has(k Kind) bool { return s&(1<<k) != 0 }

// asks reads from the words what kinds of thing a question asks for. A question may ask for several, or say nothing of it.
func asks(words []word) Kinds {
	var s Kinds
	at := func(i int) string {
		if i < 0 || i >= len(words) {
			return ""
		}
		return words[i].text
	}
	for i := range words {
		switch at(i) {
		case "who", "whom", "whose", "whoever":
			s |= Of(Who)
		case "when":
			s |= Of(When)
		case "where":
			s |= Of(Where)
		case "why":
			s |= Of(Why)
		case "how":
			switch at(i + 1) {
			case "many", "much", "often", "few", "big", "large", "high", "likely":
				s |= Of(HowMany)
			case "long":
				s |= Of(HowLong)
			case "old", "far", "soon", "recently":
				s |= Of(HowLong, HowMany)
			case "come":
				s |= Of(Why)
			default:
				s |= Of(How)
			}
		case "what", "which":
			// The noun may stand one or two words on: "on which exact day".
			kind := What
			for j := i + 1; j <= i+3; j++ {
				if k, ok := asksFor[at(j)]; ok {
					kind = k
					break
				}
			}
			s |= Of(kind)
		case "number", "percentage", "percent", "odds", "chance", "probability", "count", "amount":
			s |= Of(HowMany)
		case "date":
			s |= Of(When)
		case "venue", "location":
			s |= Of(Where)
		case "reason", "reasons", "motive":
			s |= Of(Why)
		case "duration":
			s |= Of(HowLong)
		}
	}
	if s == 0 && len(words) > 0 && auxiliaries[words[0].text] {
		s = Of(YesNo)
	}
	return s
}

var asksFor = map[string]Kind{
	"day": When, "date": When, "year": When, "month": When, "week": When, "weekday": When, "time": When, "occasion": When,
	"city": Where, "town": Where, "country": Where, "place": Where, "state": Where, "capital": Where, "location": Where, "venue": Where, "region": Where, "continent": Where,
	"person": Who, "man": Who, "woman": Who, "guy": Who, "official": Who, "minister": Who, "politician": Who, "expert": Who, "analyst": Who, "leader": Who, "people": Who, "men": Who, "diplomat": Who, "president": Who, "ambassador": Who, "envoy": Who,
	"number": HowMany, "percentage": HowMany, "percent": HowMany, "share": HowMany, "chance": HowMany, "odds": HowMany, "probability": HowMany,
	"reason": Why, "reasons": Why, "purpose": Why, "cause": Why, "motive": Why,
}

var auxiliaries = map[string]bool{
	"is": true, "are": true, "was": true, "were": true, "do": true, "does": true, "did": true, "has": true, "have": true, "had": true,
	"can": true, "could": true, "will": true, "would": true, "should": true, "may": true, "might": true, "am": true,
}

// vague kinds are told by nearly every entry: to ask for them speaks against none.
const vague = Kinds(1<<What | 1<<How | 1<<YesNo | 1<<Overview | 1<<Quote)
