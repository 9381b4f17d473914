package accounting

import "slices"

// A ServiceID names a service in the catalogue, such as "accelerated-compute".
type ServiceID string

// A Service is what a line of a bill is filed under.
type Service struct {
	ID   ServiceID
	Name string
	// Category is one of the service categories of FOCUS 1.2 (column
	// ServiceCategory), such as "Compute" or "AI and Machine Learning".
	Category string
}

// Ids of the services in [Services].
const (
	AcceleratedCompute ServiceID = "accelerated-compute"
	GeneralCompute     ServiceID = "general-compute"
	BlockStorage       ServiceID = "block-storage"
	ObjectStorage      ServiceID = "object-storage"
	FileStorage        ServiceID = "file-storage"
	Network            ServiceID = "network"
	ModelInference     ServiceID = "model-inference"
	EnergySupply       ServiceID = "energy"
	Support            ServiceID = "support"
)

// Services returns the catalogue of services that comes with the package.
func Services() []Service {
	return []Service{
		{AcceleratedCompute, "Accelerated compute", "Compute"},
		{GeneralCompute, "General compute", "Compute"},
		{BlockStorage, "Block storage", "Storage"},
		{ObjectStorage, "Object storage", "Storage"},
		{FileStorage, "File storage", "Storage"},
		{Network, "Network", "Networking"},
		{ModelInference, "Model inference", "AI and Machine Learning"},
		{EnergySupply, "Energy", "Other"},
		{Support, "Support", "Management and Governance"},
	}
}

// LookupService returns the service with the given id from [Services].
func LookupService(id ServiceID) (Service, bool) {
	all := Services()
	i := slices.IndexFunc(all, func(s Service) bool { return s.ID == id })
	if i < 0 {
		return Service{}, false
	}
	return all[i], true
}
