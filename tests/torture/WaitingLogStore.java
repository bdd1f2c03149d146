package cdp_lake.torture;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.Iterator;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The log store of a lake on local files, with a barrier: once the barrier's folder holds `armed`, a commit waits
 * between looking whether its version is free and renaming its draft, until a second process is there too.
 */
public class WaitingLogStore extends io.delta.storage.LocalLogStore {
    private static final long MOST_MILLISECONDS = 60000L;

    public WaitingLogStore(Configuration configuration) {
        super(configuration);
    }

    public void write(Path path, Iterator actions, Boolean overwrite, Configuration configuration)
            throws FileAlreadyExistsException, IOException {
        File barrier = new File(System.getenv("BARRIER"));
        boolean waits = !overwrite.booleanValue() && new File(barrier, "armed").exists();
        super.write(path, waits ? new Waiting(actions, barrier) : actions, overwrite, configuration);
    }

    /** The lines of a commit: the store asks for the first one after it has looked, and before it renames. */
    private static class Waiting implements Iterator {
        private final Iterator lines;
        private final File barrier;
        private boolean waited = false;

        Waiting(Iterator lines, File barrier) {
            this.lines = lines;
            this.barrier = barrier;
        }

        public boolean hasNext() {
            if (!waited) {
                waited = true;
                meet();
            }
            return lines.hasNext();
        }

        public Object next() {
            return lines.next();
        }

        public void remove() {
            throw new UnsupportedOperationException();
        }

        private void meet() {
            long until = System.currentTimeMillis() + MOST_MILLISECONDS;
            try {
                File.createTempFile("arrived", "", barrier);
                while (barrier.list().length < 3) {
                    if (System.currentTimeMillis() > until) {
                        throw new IllegalStateException("nobody else came to the barrier");
                    }
                    Thread.sleep(5L);
                }
            } catch (IOException problem) {
                throw new IllegalStateException(problem);
            } catch (InterruptedException problem) {
                throw new IllegalStateException(problem);
            }
        }
    }
}
