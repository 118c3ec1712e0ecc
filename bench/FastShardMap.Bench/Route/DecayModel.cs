namespace FastShardMap.Bench.Route;

/// <summary>
/// The two limits of a closed system (P. Denning and J. Buzen, "The operational analysis of queueing network models",
/// ACM Computing Surveys 10(3), 1978): the busiest node works without a pause, or all callers wait for the network.
/// </summary>
/// <param name="NodeLimit">Keys per second if the busiest node never pauses.</param>
/// <param name="DelayLimit">Keys per second if no request ever waits for another.</param>
internal sealed record DecayModel(double NodeLimit, double DelayLimit)
{
    public double KeysPerSecond => Math.Min(NodeLimit, DelayLimit);

    public string Limit => NodeLimit <= DelayLimit ? "busiest node" : "delay";

    public static DecayModel Of(DecayCase one)
    {
        (double[] asked, double[] redirected) = new DecayKeys(one, 1).Shares();
        double busiest = 0;
        for (int node = 0; node < one.Nodes; node++)
        {
            busiest = Math.Max(busiest, Work(asked[node]) + Work(redirected[node]));
        }

        double response = DecayCosts.KeysPerBatch * DecayCosts.CallerKeyMicroseconds;
        response += Trip(asked) + Trip(redirected);
        double perBatch = DecayCosts.KeysPerBatch * 1e6;
        return new DecayModel(perBatch / busiest, DecayCosts.Callers * perBatch / response);

        // A trip takes place if any key needs it, and lasts as long as the request that has most keys.
        double Trip(double[] shares) => AnyOf(shares.Sum())
            * (one.DelayMicroseconds + DecayCosts.RequestMicroseconds
                + (DecayCosts.KeysPerBatch * shares.Max() * DecayCosts.KeyMicroseconds));
    }

    /// <summary>The probability that a batch has a key of a node, which is the number of requests that the node can
    /// expect per batch.</summary>
    /// <param name="share">The node's share of the keys.</param>
    /// <param name="keys">The keys per batch.</param>
    public static double AnyOf(double share, int keys) => 1 - Math.Pow(1 - Math.Min(1, share), keys);

    /// <summary>The expected work of a node per batch.</summary>
    private static double Work(double share) => (AnyOf(share) * DecayCosts.RequestMicroseconds)
        + (DecayCosts.KeysPerBatch * share * DecayCosts.KeyMicroseconds);

    private static double AnyOf(double share) => AnyOf(share, DecayCosts.KeysPerBatch);
}
