namespace FastShardMap.Bench.Drive;

/// <summary>Tells the driver's threads that their time is over.</summary>
internal sealed class StopSignal
{
    private bool _isRaised;

    public bool IsRaised => Volatile.Read(ref _isRaised);

    public void Raise() => Volatile.Write(ref _isRaised, true);
}
