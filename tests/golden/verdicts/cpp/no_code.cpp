Sorting means to put values in order.
