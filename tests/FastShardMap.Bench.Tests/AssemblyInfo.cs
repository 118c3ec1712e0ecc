// Some tests read the process's memory or the collector's counters: they must be alone with them.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
