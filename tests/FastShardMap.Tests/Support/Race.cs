using System.Diagnostics;
using System.Text;

namespace FastShardMap.Tests.Support;

/// <summary>
/// Runs bodies on threads of their own, all started at one gate, and waits for them; one that hangs fails the test
/// instead of the run. The first exception of any thread stops the others and is reported with its stack.
/// </summary>
internal sealed class Race
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly List<(string Name, Action Body)> _bodies = [];
    private readonly List<Exception> _exceptions = [];
    private readonly Stopwatch _watch = new();
    private readonly TimeSpan _time;
    private Func<bool>? _isEnough;
    private int _stopped;

    /// <param name="time">After this, <see cref="Goes"/> is false.</param>
    public Race(TimeSpan time) => _time = time;

    /// <summary>Whether bodies that loop should go on.</summary>
    public bool Goes => Volatile.Read(ref _stopped) == 0 && (_watch.Elapsed < _time || MustGoOn);

    private bool MustGoOn => _isEnough is not null && _watch.Elapsed < _time + s_patience && !_isEnough();

    /// <summary>Ends the race early.</summary>
    public void Stop() => Volatile.Write(ref _stopped, 1);

    /// <summary>Lets the race go on after its time until this is true as well, for a minute at most. Every thread that
    /// loops asks.</summary>
    public Race Until(Func<bool> isEnough)
    {
        _isEnough = isEnough;
        return this;
    }

    /// <summary>Adds a thread that runs the body once.</summary>
    public Race Once(string name, Action body)
    {
        _bodies.Add((name, body));
        return this;
    }

    /// <summary>Adds a thread that runs the body again and again, and at least once.</summary>
    public Race Loop(string name, Action body) => Loop(name, _ => body());

    /// <summary>Adds a thread that runs the body again and again, and at least once, with the number of the
    /// round.</summary>
    public Race Loop(string name, Action<int> body) => Once(name, () =>
    {
        int round = 0;
        do
        {
            body(round++);
        }
        while (Goes);
    });

    /// <summary>Runs all threads to their end.</summary>
    public void Run()
    {
        // The time begins when all threads are at the gate.
        using Barrier gate = new(_bodies.Count, _ => _watch.Restart());
        Thread[] threads = _bodies
            .Select(body => new Thread(() => Run(body.Body, gate)) { IsBackground = true, Name = body.Name })
            .ToArray();
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        DateTime deadline = DateTime.UtcNow + _time + (_isEnough is null ? s_patience : 2 * s_patience);
        StringBuilder hanging = new();
        foreach (Thread thread in threads)
        {
            TimeSpan left = deadline - DateTime.UtcNow;
            if (!thread.Join(left > TimeSpan.Zero ? left : TimeSpan.Zero))
            {
                Stop();
                hanging.Append(' ').Append(thread.Name);
            }
        }

        lock (_exceptions)
        {
            Assert.True(
                _exceptions.Count == 0 && hanging.Length == 0,
                $"Threads that hang:{(hanging.Length == 0 ? " none" : hanging)}. Exceptions: "
                    + $"{string.Join("\n\n", _exceptions)}");
        }
    }

    private void Run(Action body, Barrier gate)
    {
        try
        {
            gate.SignalAndWait();
            body();
        }
        catch (Exception exception)
        {
            lock (_exceptions)
            {
                _exceptions.Add(exception);
            }

            Stop();
        }
    }
}
