namespace LoadClient;

/// <summary>One request that was answered.</summary>
/// <param name="Due">The time since the stream began at which it was due.</param>
/// <param name="Latency">Its latency, in milliseconds.</param>
internal readonly record struct Request(TimeSpan Due, double Latency);
