namespace FastShardMap.Bench.Route;

/// <summary>
/// Callers that send batches to nodes, event by event. A batch is one request per node that owns some of its keys, all
/// sent at once; it is complete when the last answer has arrived. A node works on one request at a time, in order of
/// arrival. Keys of which a node says MOVED are asked for again, in one more request per owner.
/// </summary>
internal sealed class DecaySimulation
{
    private readonly DecayCase _case;
    private readonly DecayKeys _keys;
    private readonly double[] _freeAt;
    private readonly int[] _pending = new int[DecayCosts.Callers];
    private readonly PriorityQueue<Event, (double Time, long Order)> _events = new();
    private long _order;

    private DecaySimulation(DecayCase one, ulong seed)
    {
        _case = one;
        _keys = new DecayKeys(one, seed);
        _freeAt = new double[one.Nodes];
    }

    private enum EventKind
    {
        Start,
        Arrival,
        Answer,
    }

    /// <summary>Keys per second, over all callers, without the first tenth of the batches.</summary>
    public static double Run(DecayCase one, int batches, ulong seed) => new DecaySimulation(one, seed).Run(batches);

    private double Run(int batches)
    {
        for (int caller = 0; caller < DecayCosts.Callers; caller++)
        {
            Add(caller * 0.1, new Event(EventKind.Start, caller, 0, 0, []));
        }

        int done = 0;
        int skipped = batches / 10;
        double from = 0;
        while (true)
        {
            _events.TryDequeue(out Event? next, out (double Time, long Order) at);
            switch (next!.Kind)
            {
                case EventKind.Start:
                    done += Send(next.Caller, at.Time) ? 1 : 0;
                    break;
                case EventKind.Arrival:
                    Serve(next, at.Time);
                    break;
                default:
                    done += Receive(next, at.Time) ? 1 : 0;
                    break;
            }

            if (done == skipped && from.Equals(0))
            {
                from = at.Time;
            }
            else if (done >= batches)
            {
                return (done - skipped) * DecayCosts.KeysPerBatch / (at.Time - from) * 1e6;
            }
        }
    }

    /// <summary>Sends a batch; returns whether it needed no node and is complete.</summary>
    private bool Send(int caller, double time)
    {
        double sent = time + (DecayCosts.KeysPerBatch * DecayCosts.CallerKeyMicroseconds);
        int[] counts = new int[_case.Nodes];
        List<int>?[] redirects = new List<int>?[_case.Nodes];
        for (int i = 0; i < DecayCosts.KeysPerBatch; i++)
        {
            if (_keys.Next() is (int asked, int owner))
            {
                counts[asked]++;
                if (asked != owner)
                {
                    (redirects[asked] ??= []).Add(owner);
                }
            }
        }

        for (int node = 0; node < counts.Length; node++)
        {
            if (counts[node] > 0)
            {
                Request(caller, node, counts[node], redirects[node] ?? [], sent);
            }
        }

        if (_pending[caller] > 0)
        {
            return false;
        }

        Add(sent, new Event(EventKind.Start, caller, 0, 0, []));
        return true;
    }

    private void Request(int caller, int node, int keys, IReadOnlyList<int> redirects, double time)
    {
        _pending[caller]++;
        Add(
            time + (_case.DelayMicroseconds / 2), new Event(EventKind.Arrival, caller, node, keys, redirects));
    }

    private void Serve(Event request, double time)
    {
        double done = Math.Max(time, _freeAt[request.Node])
            + DecayCosts.RequestMicroseconds + (request.Keys * DecayCosts.KeyMicroseconds);
        _freeAt[request.Node] = done;
        Add(done + (_case.DelayMicroseconds / 2), request with { Kind = EventKind.Answer });
    }

    /// <summary>Takes an answer; returns whether it completes the batch.</summary>
    private bool Receive(Event answer, double time)
    {
        foreach (IGrouping<int, int> again in answer.Redirects.GroupBy(owner => owner))
        {
            Request(answer.Caller, again.Key, again.Count(), [], time);
        }

        if (--_pending[answer.Caller] > 0)
        {
            return false;
        }

        Add(time, new Event(EventKind.Start, answer.Caller, 0, 0, []));
        return true;
    }

    private void Add(double time, Event what) => _events.Enqueue(what, (time, _order++));

    private sealed record Event(EventKind Kind, int Caller, int Node, int Keys, IReadOnlyList<int> Redirects);
}
