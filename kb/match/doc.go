// Package match finds the entry of a knowledge base that answers a question, in whatever words it is asked, and says so when
// there is none. It knows nothing of any subject, platform or wording of answers.
//
// A question goes through these steps:
//
//   - text.go brings it to its normal form and splits it into words; words.go corrects spelling (spell.go) and
//     names.go finds who and what is named.
//   - features.go turns the words into weighted features: stems, neighbouring stems, character n-grams, pairs of content
//     words, the kind of thing asked (kind.go), names, and a vector of its meaning from package lexicon.
//   - model.go scores every entry with a multinomial logistic regression that train.go learnt from the phrasings;
//     what common words give is added up beforehand (common.go).
//   - lean.go adds what speaks for an entry in what was talked about before, where the question leans on that, and follow.go
//     what is asked after the entries that were answered.
//   - match.go weighs the evidence for and against the best entries and decides: answer, ask back, or stay silent.
package match
