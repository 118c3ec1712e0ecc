namespace FastShardMap.Inspector.Targets;

/// <summary>
/// Ends the tool if a process has ended and the reading of it does not: its data may send a reader in circles.
/// </summary>
internal sealed class EndWatch : IDisposable
{
    private const int IntervalMilliseconds = 200;

    /// <summary>Looks that find it ended before the tool ends: three seconds, in which most readers notice.</summary>
    private const int Grace = 15;

    private readonly int _processId;
    private volatile bool _isOver;

    public EndWatch(int processId)
    {
        _processId = processId;
        new Thread(Watch) { IsBackground = true, Name = "fsmap watches its target" }.Start();
    }

    public void Dispose() => _isOver = true;

    private void Watch()
    {
        for (int ended = 0; ended < Grace; ended += ProcessState.IsAlive(_processId) ? 0 : 1)
        {
            Thread.Sleep(IntervalMilliseconds);
            if (_isOver)
            {
                return;
            }
        }

        Console.Error.WriteLine($"fsmap: {Target.EndedException(_processId).Message}");
        Environment.Exit(ExitCode.TargetEnded);
    }
}
