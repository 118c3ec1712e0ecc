namespace FastShardMap.Inspector.Targets;

/// <summary>
/// Ends the tool if the process has ended but reading it goes on: inconsistent data may keep a reader busy forever.
/// </summary>
internal sealed class EndWatch : IDisposable
{
    private const int IntervalMilliseconds = 200;

    /// <summary>
    /// The number of checks that find the process ended before the tool ends: three seconds, in which most readers
    /// notice it.
    /// </summary>
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
