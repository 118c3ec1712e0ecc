namespace FastShardMap.Bench.Route;

/// <summary>What the simulation and the model say of a case.</summary>
internal sealed record DecayRow(DecayCase Case, double KeysPerSecond, DecayModel Model)
{
    /// <summary>How much of the simulated throughput the model explains: 1 is all of it.</summary>
    public double Explained => KeysPerSecond / Model.KeysPerSecond;
}
