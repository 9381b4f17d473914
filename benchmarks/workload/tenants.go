package workload

import "fmt"

// Tenants is how many customers a ledger has.
const Tenants = 1000

// AccountsOf are the two accounts of the i-th tenant that are posted to.
func AccountsOf(i int) (income, receivable string) {
	return fmt.Sprintf("income/compute/tenant-%d", i), fmt.Sprintf("asset/receivable/tenant-%d", i)
}
