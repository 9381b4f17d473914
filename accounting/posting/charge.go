package posting

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
)

// A Bill names what charges come from. With the charges' own account, service,
// meter, price and card it is the cause of what is posted of them.
type Bill struct {
	// Journal names the log of the usage, such as the journal's id; Revision the
	// bill made of it, "" for the first: what is rated later, such as late usage,
	// is a bill of its own with the difference.
	Journal, Revision string
	From, To          time.Time // billing period
	CardDigest        string    // of the card's text, such as its SHA-256 in hexadecimal
	At                time.Time // when the charges count, such as the end of the period less 1 ns
}

// chargeKey tells the documents of a bill apart.
type chargeKey struct {
	tenant, account, service, meter, price, card string
	origin                                       accounting.Origin
	currency                                     money.Currency
}

// Charges returns the documents of a bill's charges: one for each account,
// service, meter, price, card and origin, with the sum of what they bill. Their
// order does not depend on that of the charges. What a credit paid is
// [CreditUsed]; post the credit itself, as sold or given, when it is.
//
// It fails with [money.ErrOverflow], or with [ErrValue] for a bill without a
// journal or a period.
func Charges(bill Bill, charges iter.Seq[accounting.Charge]) ([]Document, error) {
	if bill.Journal == "" || !bill.From.Before(bill.To) {
		return nil, refuse(ErrValue, "bill of journal %s from %s to %s: want both", quote(bill.Journal), stamp(bill.From), stamp(bill.To))
	}
	sums := map[chargeKey]money.Money{}
	for c := range charges {
		key := chargeKey{string(c.BillingAccount.Tenant()), string(c.Account), string(c.Service), string(c.Meter), c.PriceID, c.Card, c.Origin, c.Billed.Currency()}
		sum, err := sums[key].Add(c.Billed)
		if err != nil {
			return nil, refuse(err, "charges of price %s", quote(c.PriceID))
		}
		sums[key] = sum
	}
	documents := make([]Document, 0, len(sums))
	for key, sum := range sums {
		item := Item{Charged, sum, key.tenant, key.service, ""}
		if key.origin == accounting.FromCredit {
			minus, err := sum.Neg()
			if err != nil {
				return nil, refuse(err, "credit %s", quote(key.price))
			}
			item = Item{CreditUsed, minus, key.tenant, key.service, ""}
		}
		documents = append(documents, Document{At: bill.At, Memo: "charges", Items: []Item{item},
			Causes: []string{"charge", bill.Journal, bill.Revision, stamp(bill.From), stamp(bill.To), bill.CardDigest,
				key.tenant, key.account, key.service, key.meter, key.price, key.card, fmt.Sprint(uint8(key.origin)), string(key.currency)}})
	}
	slices.SortFunc(documents, func(a, b Document) int { return slices.Compare(a.Causes, b.Causes) })
	return documents, nil
}

// stamp is a time as a cause.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
